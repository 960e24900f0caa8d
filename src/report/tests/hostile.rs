//! What holds of every format whatever names and texts are in it.

use std::collections::HashSet;

use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};
use serde_json::Value;

use super::{
    assert_valid, coverage, file_finding, finding, hostile, hostile_report, is_tame, remedied, written,
};
use crate::report::Format;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn text_is_tame(text in hostile()) {
        prop_assert!(is_tame(&hostile_report(Format::Text, &text)));
    }

    #[test]
    fn json_and_jsonl_fit_the_schema(text in hostile()) {
        let json = hostile_report(Format::Json, &text);
        prop_assert!(is_tame(&json));
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_valid(&json);
        let path = &json["findings"][0]["path"];
        prop_assert_eq!(path, &Value::from(String::from_utf8_lossy(&text)));
        prop_assert_eq!(json["findings"][0].get("path_bytes").is_some(), std::str::from_utf8(&text).is_err());
        let jsonl = hostile_report(Format::Jsonl, &text);
        prop_assert!(is_tame(&jsonl));
        let lines: Vec<Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines.iter().for_each(assert_valid);
        prop_assert_eq!(&lines[0], &json["findings"][0]);
        prop_assert_eq!(lines.last().map(|line| &line["type"]), Some(&Value::from("summary")));
    }

    #[test]
    fn no_format_lets_a_terminal_act(text in hostile()) {
        for format in Format::all() {
            prop_assert!(is_tame(&hostile_report(format, &text)), "{format}");
        }
    }

    #[test]
    fn every_json_format_is_json(text in hostile()) {
        for format in [Format::Sarif, Format::GitlabCodequality, Format::GitlabSecrets, Format::Gitleaks] {
            let report = hostile_report(format, &text);
            let parsed: Result<Value, _> = serde_json::from_str(&report);
            prop_assert!(parsed.is_ok(), "{format}: {report}");
        }
    }

    #[test]
    fn sarif_names_places(text in hostile()) {
        let sarif: Value = serde_json::from_str(&hostile_report(Format::Sarif, &text)).unwrap();
        let run = &sarif["runs"][0];
        prop_assert_eq!(&run["invocations"][0]["executionSuccessful"], &Value::from(false));
        for result in run["results"].as_array().unwrap() {
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b);
            prop_assert!(!uri.is_empty() && !uri.starts_with('/') && uri.bytes().all(plain));
            prop_assert!(place["region"]["startLine"].as_u64() >= Some(1));
            let is_whole_line = place["region"].get("startColumn").is_none();
            prop_assert!(!is_whole_line || place.get("contextRegion").is_none(), "{place}");
            prop_assert_eq!(result["partialFingerprints"]["secretHash/v1"].as_str().map(str::len), Some(32));
        }
    }

    #[test]
    fn junit_is_xml(text in hostile()) {
        let report = hostile_report(Format::Junit, &text);
        let mut reader = quick_xml::Reader::from_str(&report);
        let mut names = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Start(tag) => {
                    names.push(String::from_utf8(tag.name().as_ref().to_vec()).unwrap());
                    let keys: Vec<_> = tag.attributes().map(|a| a.unwrap().key.as_ref().to_vec()).collect();
                    let is_root = tag.name().as_ref() == b"testsuites";
                    prop_assert!(!is_root || !keys.contains(&b"skipped".to_vec()), "not in Jenkins' schema");
                    prop_assert!(tag.attributes().all(|a| a.is_ok_and(|a| a.unescape_value().is_ok())));
                }
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        let expected = ["testsuites", "testsuite", "testcase", "failure", "testcase", "failure", "testcase", "error"];
        prop_assert_eq!(names, expected);
    }

    #[test]
    fn csv_has_rows_without_formulas(text in hostile()) {
        let report = hostile_report(Format::Csv, &text);
        let mut reader = csv::Reader::from_reader(report.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(rows.len(), 2);
        for cell in rows.iter().flatten() {
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }

    #[test]
    fn github_annotations_are_lines(text in hostile()) {
        let report = hostile_report(Format::Github, &text);
        let lines: Vec<&str> = report.lines().collect();
        prop_assert_eq!(lines.len(), 3);
        for line in lines {
            let mut parts = line.splitn(3, "::");
            prop_assert_eq!(parts.next(), Some(""));
            let properties = parts.next().unwrap().split_once(' ').unwrap().1;
            for property in properties.split(',') {
                let key = property.split_once('=').unwrap().0;
                prop_assert!(["file", "line", "col", "endColumn", "title"].contains(&key), "{key}");
            }
            prop_assert!(parts.next().is_some());
        }
    }

    #[test]
    fn markdown_keeps_its_table(text in hostile()) {
        let report = hostile_report(Format::Markdown, &text);
        let rows: Vec<&str> = report.lines().filter(|line| line.starts_with('|')).collect();
        prop_assert_eq!(rows.len(), 4);
        for row in rows {
            prop_assert_eq!(row.matches('|').count(), 5);
            let tags = row.replace("<br>", "").replace("<code>", "").replace("</code>", "");
            prop_assert!(!tags.contains(['<', '>']) && !tags.contains("://"), "{row}");
        }
    }

    #[test]
    fn html_has_the_same_tags_whatever_a_text_holds(text in hostile()) {
        let tags = |text: &[u8]| {
            let page = hostile_report(Format::Html, &[b"x", text].concat());
            let tags = page.split('<').skip(1).map(|tag| tag.split(['>', ' ']).next().unwrap().to_owned());
            tags.collect::<Vec<_>>()
        };
        prop_assert_eq!(tags(&text), tags(b""));
    }

    #[test]
    fn no_remedy_shows_a_piece_of_a_secret(secret in "[a-zA-Z0-9+/=_~-]{12,80}", text in hostile()) {
        let around = [&text, secret.as_bytes(), &text].concat();
        let findings = [finding(secret.as_bytes(), &around), file_finding(&around)];
        let pieces: HashSet<&[u8]> = secret.as_bytes().windows(8).collect();
        let out = remedied(&findings, &around);
        let piece = out.windows(8).find(|window| pieces.contains(window));
        prop_assert!(piece.is_none(), "{}", String::from_utf8_lossy(piece.unwrap()));
    }

    #[test]
    fn no_format_shows_a_piece_of_a_secret(secret in "[a-zA-Z0-9+/=_~-]{12,80}", text in hostile()) {
        let around = [&text, secret.as_bytes(), &text].concat();
        let findings = [finding(secret.as_bytes(), &around), file_finding(&around)];
        let pieces: HashSet<&[u8]> = secret.as_bytes().windows(8).collect();
        for format in Format::all() {
            let out = written(format, &findings, &coverage(&around), false);
            let piece = out.windows(8).find(|window| pieces.contains(window));
            prop_assert!(piece.is_none(), "{format}: {}", String::from_utf8_lossy(piece.unwrap()));
        }
    }
}
