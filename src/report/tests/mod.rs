//! Tests over all formats: each can be read by its own parser whatever names and texts hold, and none
//! shows a piece of a secret.

mod hostile;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use serde_json::Value;

use super::{Format, Hidden, Options, Report, reporter, summary};
use crate::coverage::{Coverage, Skip};
use crate::finding::{
    Checksum, CommitInfo, Exposure, Finding, Fingerprint, Occurrence, Part, Secret, Suppression, Surface,
};
use crate::mask::Masker;
use crate::report::remedy::Remedy;
use crate::rule::{Rule, load};
use crate::source::repository::{Copies, Remote};

static RULE: LazyLock<&'static Rule> = LazyLock::new(|| {
    let text = r#"
        provider = "Acme & <Sons>"
        [[rule]]
        id = "acme-token"
        description = 'Token of "Acme" <b>|*_`]]>'
        severity = "critical"
        anchors = ["acme_"]
        pattern = 'acme_[a-z]{20}'
        revoke = "https://acme.example/tokens?a=1&b=2"
        remediation = "=Revoke it, then <look> at `logs` for | its use, and only then issue a new one, please"
    "#;
    &load("test", text).unwrap()[0]
});

/// One finding whose every text is `text`.
fn finding(secret: &[u8], text: &[u8]) -> Finding {
    let at = |line, surface, commit: bool| Occurrence {
        age: 0,
        path: text.into(),
        line,
        column: line * 5,
        column_utf16: line * 5,
        offset: 0,
        len: secret.len() as u64,
        commit: commit.then(|| String::from_utf8_lossy(text).into_owned()),
        surface,
        excerpt: text.into(),
    };
    let words = String::from_utf8_lossy(text).into_owned();
    Finding {
        rule: *RULE,
        severity: RULE.severity,
        confidence: RULE.confidence,
        checksum: Checksum::Valid,
        secret: Some(Secret::new(secret)),
        parts: vec![Part { rule: "acme-id", secret: Secret::new(secret) }],
        covers: Vec::new(),
        exposure: Some(Box::new(exposure(text))),
        notes: vec![words.clone()],
        suppressed: Some(Suppression { by: "tokensieve:allow", reason: words.clone() }),
        fix: Some(words),
        fingerprint: Fingerprint::of(RULE.id, secret),
        occurrences: vec![
            at(3, Surface::File, false),
            at(0, Surface::PathName, false),
            at(1, Surface::CommitMessage, true),
        ],
        occurrence_count: 5000,
    }
}

fn exposure(text: &[u8]) -> Exposure {
    let commit = |time| CommitInfo {
        id: String::from_utf8_lossy(text).into_owned(),
        author: text.into(),
        email: text.into(),
        time,
        subject: text.into(),
    };
    Exposure {
        introduced: commit(0),
        removed: Some(commit(951_782_399)),
        at_head: false,
        days: 11_015,
        versions: 2,
        refs: vec![text.into(), bstr::concat([b"refs/remotes/origin/", text]).into()],
        ref_count: 9,
        published: true,
        permalink: Some(String::from_utf8_lossy(text).into_owned()),
        forms: vec![Secret::new(text)],
        opaque: vec![text.into()],
    }
}

/// A finding about a file, without a secret and a place in it.
fn file_finding(path: &[u8]) -> Finding {
    let mut finding = finding(b"", path);
    finding.secret = None;
    finding.parts.clear();
    finding.occurrences.truncate(1);
    finding.occurrences[0].line = 0;
    finding.occurrences[0].column = 0;
    finding.occurrences[0].excerpt.clear();
    finding.occurrence_count = 1;
    finding
}

fn coverage(name: &[u8]) -> Coverage {
    let mut coverage = Coverage { files: 12, bytes: 34_567, ..Coverage::default() };
    coverage.skip(Skip::TooLarge, name);
    coverage.skip(Skip::SpecialFile, name);
    coverage.fail(name, String::from_utf8_lossy(name));
    coverage
}

/// The steps about these findings in a repository whose every name is `name`.
fn remedied(findings: &[Finding], name: &[u8]) -> Vec<u8> {
    let (masker, coverage) = (Masker::of(findings), coverage(name));
    let path = PathBuf::from(String::from_utf8_lossy(name).into_owned());
    let url = String::from_utf8_lossy(name).into_owned();
    let remotes = [&b"origin"[..], name].map(|name| Remote {
        name: name.into(),
        forks: Some(url.clone()),
        url: url.clone(),
    });
    let copies = Copies {
        root: path.clone(),
        is_bare: false,
        remotes: remotes.into(),
        work_trees: vec![path.clone()],
        borrowed: vec![path.clone()],
    };
    let report = report(findings, &coverage, &url, false, &masker);
    let remedy = Remedy { report: &report, copies: Some(&copies), history: true, replacements: &path };
    let mut out = Vec::new();
    remedy.write(&mut out).unwrap();
    out
}

fn report<'a>(
    findings: &'a [Finding],
    coverage: &'a Coverage,
    root: &'a str,
    show_secrets: bool,
    masker: &'a Masker,
) -> Report<'a> {
    Report {
        suppressed: findings,
        findings,
        coverage,
        hidden: Hidden { low_confidence: 1, suppressed: 2, excluded_by_rule: 3 },
        root,
        folder: Some(root),
        elapsed: Duration::from_millis(1234),
        command: "dir",
        show_secrets,
        masker,
        config_hash: "",
    }
}

fn written(format: Format, findings: &[Finding], coverage: &Coverage, show_secrets: bool) -> Vec<u8> {
    let masker = Masker::of(findings);
    let root = coverage.failures.first().map_or_else(|| ".".to_owned(), |f| f.what.to_string());
    let report = report(findings, coverage, &root, show_secrets, &masker);
    let mut out = Vec::new();
    for quiet in [false, true] {
        let options = Options { quiet, verbose: !quiet, ..Options::default() };
        if format == Format::Text {
            reporter(format, &options).write(&report, &mut out).unwrap();
            summary(&report, &options, &mut out).unwrap();
        } else if quiet {
            reporter(format, &options).write(&report, &mut out).unwrap();
        }
    }
    out
}

/// The report of a finding with a secret and one without, both of hostile names.
fn hostile_report(format: Format, text: &[u8]) -> String {
    let findings = [finding(b"acme_q7Zk2mW9xT4bL1vR8nC3", text), file_finding(text)];
    String::from_utf8(written(format, &findings, &coverage(text), false)).unwrap()
}

/// Names and texts as nobody wants them.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let nasty = [
        "\n",
        "\r",
        "\t",
        "\x1b[31m",
        "\x1b]8;;x\x07",
        "\0",
        "\x7f",
        "\u{9b}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{feff}",
        "\u{fffe}",
        "\u{e0041}",
        "\"",
        "'",
        "`",
        "]]>",
        "<script>",
        "</script>",
        "&amp;",
        "--",
        "-->",
        "=1+1",
        "+1",
        "-1",
        "@A1",
        "|",
        ",",
        "::",
        "%",
        "%0A",
        ":",
        "\\",
        "/",
        "..",
        "*_[](x)",
        "ä𝄞",
        " ",
        "<!--",
        "${{ x }}",
    ];
    let nasty = proptest::sample::select(nasty.to_vec()).prop_map(|s| s.as_bytes().to_vec());
    let piece = prop_oneof![
        nasty,
        any::<Vec<u8>>(),
        Just(b"\xff\xfe".to_vec()),
        "[a-z]{1,9}".prop_map(String::into_bytes)
    ];
    proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

/// Whether a terminal would act on something in the text.
fn is_tame(text: &str) -> bool {
    !text.chars().any(|c| c != '\n' && super::clean::is_invisible(c))
}

fn schema() -> jsonschema::Validator {
    let text = include_str!("../../../docs/schema/report.schema.json");
    jsonschema::draft202012::new(&serde_json::from_str(text).unwrap()).unwrap()
}

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(schema);

fn assert_valid(value: &Value) {
    let errors: Vec<String> =
        SCHEMA.iter_errors(value).map(|e| format!("{e} at {}", e.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:?}\n{value}");
}

#[test]
fn the_schema_refuses_what_is_no_report() {
    assert!(!SCHEMA.is_valid(&serde_json::json!({"type": "finding"})));
    let mut value: Value = serde_json::from_str(&hostile_report(Format::Json, b"a")).unwrap();
    assert_valid(&value);
    value["findings"][0]["severity"] = "dreadful".into();
    assert!(!SCHEMA.is_valid(&value));
}

#[test]
fn formats_have_names() {
    for format in Format::all() {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    assert!("xml".parse::<Format>().unwrap_err().to_string().contains("jsonl"));
}

#[test]
fn secrets_are_shown_only_on_request() {
    let secret = "acme_q7Zk2mW9xT4bL1vR8nC3";
    for format in [Format::Text, Format::Json, Format::Jsonl] {
        let shown = |show| {
            let out = written(format, &[finding(secret.as_bytes(), b"x")], &Coverage::default(), show);
            String::from_utf8(out).unwrap()
        };
        assert!(shown(true).contains(secret));
        assert!(shown(false).contains("acme_******** (25 bytes)"));
    }
}

#[test]
fn text_is_for_people() {
    let mut finding = finding(b"acme_q7Zk2mW9xT4bL1vR8nC3", b"src/a.rs");
    finding.occurrences[0].excerpt = b"\tlet t = \"********\"; // \x1b[31m \xff\r".into();
    let shown = String::from_utf8(written(Format::Text, &[finding], &Coverage::default(), false)).unwrap();
    assert!(shown.contains("  at      src/a.rs:3:15\n"), "{shown}");
    assert!(shown.contains("  line    let t = \"********\"; // \\u{001B}[31m \\xFF\n"), "{shown}");
    assert!(shown.contains("  also    src/a.rs (file name)\n"), "{shown}");
    assert!(shown.contains("and 4997 more"), "{shown}");
}

#[test]
fn gitleaks_keys_are_in_its_order() {
    let shown = hostile_report(Format::Gitleaks, b"a.rs");
    let keys = [
        "RuleID",
        "Description",
        "StartLine",
        "EndLine",
        "StartColumn",
        "EndColumn",
        "Match",
        "Secret",
        "File",
        "SymlinkFile",
        "Commit",
        "Entropy",
        "Author",
        "Email",
        "Date",
        "Message",
        "Tags",
        "Fingerprint",
    ];
    let places: Vec<usize> = keys.iter().map(|key| shown.find(&format!("\"{key}\":")).unwrap()).collect();
    assert!(places.is_sorted());
    assert!(shown.contains("\"Fingerprint\":\"a.rs:acme-token:3\""));
    let clean = written(Format::Gitleaks, &[], &Coverage::default(), false);
    assert_eq!(String::from_utf8(clean).unwrap(), "[]\n");
}

#[test]
fn a_table_cell_that_looks_like_a_formula_is_text() {
    let csv = hostile_report(Format::Csv, b"=cmd|'/c calc'!A1");
    assert!(csv.contains(",'=cmd|'/c calc'!A1,"), "{csv}");
}

#[test]
fn places_have_names_of_their_own() {
    for format in [Format::GitlabCodequality, Format::GitlabSecrets] {
        let report: Value = serde_json::from_str(&hostile_report(format, b"a.rs")).unwrap();
        let (list, key) =
            if report.is_array() { (&report, "fingerprint") } else { (&report["vulnerabilities"], "id") };
        let names: HashSet<&str> =
            list.as_array().unwrap().iter().map(|v| v[key].as_str().unwrap()).collect();
        assert_eq!(names.len(), 4);
    }
}

#[test]
fn the_end_of_a_secret_is_known_where_it_stands_as_it_is() {
    let findings = [finding("acme_ä𝄞".as_bytes(), b"a")];
    let json = written(Format::Json, &findings, &Coverage::default(), false);
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["findings"][0]["end"], serde_json::json!({"line": 3, "column": 22, "column_utf16": 23}));
}
