//! Tokens in encoded form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::util::{Scratch, paths, token};

fn notes(finding: &Value) -> String {
    finding["notes"].to_string()
}

#[test]
fn base64_points_to_the_encoded_text_and_shows_none_of_it() {
    let scratch = Scratch::new();
    let encoded = STANDARD.encode(token(1));
    scratch.write("secret.yaml", format!("kind: Secret\ndata:\n  token: {encoded}\n"));
    let (findings, _, code) = scratch.json(&[]);
    assert_eq!((findings.len(), code), (1, 1));
    let finding = &findings[0];
    assert_eq!((&finding["rule"], &finding["line"]), (&"github-pat-classic".into(), &3.into()));
    assert_eq!(finding["column"], 10);
    assert!(notes(finding).contains("decoded from base64"), "{finding}");
    let shown = scratch.run(&["--format", "text"]).stdout;
    assert!(!shown.contains(&encoded) && !shown.contains(&encoded[8..30]), "{shown}");
}

#[test]
fn every_common_form() {
    let scratch = Scratch::new();
    let each = |t: &str, form: fn(u8) -> String| t.bytes().map(form).collect::<String>();
    scratch
        .write("hex", each(&token(1), |b| format!("{b:02x}")))
        .write("percent", each(&token(2), |b| format!("%{b:02X}")))
        .write("x", each(&token(3), |b| format!("\\x{b:02x}")))
        .write("u", each(&token(4), |b| format!("\\u{b:04x}")))
        .write("html", each(&token(5), |b| format!("&#{b};")))
        .write("joined.js", format!("const t = 'ghp_' +\n  '{}';\n", &token(6)[4..]))
        .write("query", format!("https://host/?a=1%26token%3D{}", token(7)))
        .write("twice", STANDARD.encode(each(&token(8), |b| format!("{b:02x}"))));
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(paths(&findings), ["hex", "html", "joined.js", "percent", "query", "twice", "u", "x"]);
    // What stands as it is, with its checksum, needs no decoding.
    for finding in findings.iter().filter(|f| f["path"] != "query") {
        assert!(notes(finding).contains("decoded from"), "{finding}");
    }
}

#[test]
fn the_same_token_plain_and_encoded_is_one_finding() {
    let scratch = Scratch::new();
    let encoded = STANDARD.encode(token(1));
    scratch.write("a", format!("{}\n{encoded}\n", token(1)));
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0]["occurrence_count"], 2);
}

#[test]
fn binaries_digests_and_certificates_are_no_text() {
    let scratch = Scratch::new();
    let noise: Vec<u8> = (0..90_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let lines: Vec<String> =
        STANDARD.encode(&noise).as_bytes().chunks(64).map(|c| String::from_utf8_lossy(c).into()).collect();
    scratch
        .write(
            "certificate.pem",
            format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n")),
        )
        .write(
            "digests",
            noise
                .chunks(32)
                .map(|c| c.iter().map(|b| format!("{b:02x}")).collect::<String>() + "\n")
                .collect::<String>(),
        )
        .write("noise", &noise);
    let (findings, _, code) = scratch.json(&[]);
    assert_eq!((findings.len(), code), (0, 0));
}

#[test]
fn members_of_archives_in_a_tree_and_in_a_history() {
    let inner = Scratch::repository();
    inner.write("conf/app.txt", format!("a\nkey = {}\n", token(1))).commit("first");
    let scratch = Scratch::repository();
    let archive = scratch.path("backup.tar.gz");
    inner.git(&["archive", "-o", archive.to_str().unwrap(), "HEAD"]);
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(findings[0]["path"], "backup.tar.gz!conf/app.txt");
    assert_eq!(findings[0]["line"], 2);
    scratch.commit("a backup");
    scratch.git(&["rm", "-q", "backup.tar.gz"]);
    scratch.commit("gone");
    let (findings, ..) = scratch.json(&["git"]);
    assert_eq!(findings[0]["path"], "backup.tar.gz!conf/app.txt");
    assert_eq!(findings[0]["exposure"]["removed"]["subject"], "gone");
}

#[test]
fn an_encoded_secret_keeps_its_life_in_a_history() {
    let scratch = Scratch::repository();
    let hex: String = token(1).bytes().map(|b| format!("{b:02x}")).collect();
    scratch.write("a.txt", format!("key = \"{hex}\"\n")).commit("first");
    scratch.write("a.txt", format!("{}\nkey = \"{hex}\"\n", "line\n".repeat(900))).commit("second");
    let (findings, ..) = scratch.json(&["git"]);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0]["exposure"]["at_head"], true);
    assert_eq!(findings[0]["exposure"]["versions"], 2);
}

#[test]
fn how_deep_to_go_is_the_users_choice() {
    let scratch = Scratch::new();
    let hex = |text: &str| text.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    let packed = |name: &str, content: &[u8]| {
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        tar.append_data(&mut header, name, content).unwrap();
        tar.into_inner().unwrap()
    };
    scratch
        .write("once", hex(&token(1)))
        .write("twice", hex(&STANDARD.encode(token(2))))
        .write("outer.tar", packed("inner.tar", &packed("b", token(4).as_bytes())))
        .write("flat.tar", packed("c", format!("{}{}", " ".repeat(9000), token(5)).as_bytes()));
    let found = |args: &[&str]| {
        let (findings, report, code) = scratch.json(args);
        (paths(&findings).join(" "), report["complete"] == true, code)
    };
    let all = "flat.tar!c once outer.tar!inner.tar!b twice";
    assert_eq!(found(&[]), (all.into(), true, 1));
    assert_eq!(found(&["--max-decode-depth", "1"]).0, "flat.tar!c once outer.tar!inner.tar!b");
    assert_eq!(found(&["--max-decode-depth", "0"]).0, "flat.tar!c outer.tar!inner.tar!b");
    // Tar packs nothing: unopened, its bytes are read as they are.
    assert_eq!(found(&["--max-archive-depth", "0"]).0, "flat.tar once outer.tar twice");
    for limit in [["--max-archive-size", "8K"], ["--max-archive-depth", "1"], ["--max-archive-files", "0"]] {
        let (_, complete, code) = found(&limit);
        assert_eq!((complete, code), (false, 2), "{limit:?}");
    }
    assert_eq!(scratch.run(&["--max-decode-depth", "17"]).code, 2);
}
