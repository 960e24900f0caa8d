use bstr::BStr;
use proptest::prelude::{prop_assert, proptest};
use sha1::{Digest as _, Sha1};

use super::{Foreign, Sight, detect_secrets, gitleaks_report, gitleaksignore};
use crate::config::hex;

const VALUE: &str = "some value of length";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn names(foreign: &Foreign, value: &str, path: &str, line: u64, commit: Option<&str>) -> bool {
    !foreign.find(&Sight { value: Some(value.as_bytes()), path: BStr::new(path), line, commit }).is_empty()
}

#[test]
fn ignore_files_name_places() {
    let text = format!(
        "\u{feff}# why\n\na/b.py:generic-api-key:7\n {COMMIT}:x\\y:z.js:aws:3 \nnonsense\na:b\n:r:1\n"
    );
    let read = gitleaksignore(".gitleaksignore", &text);
    let lines: Vec<usize> = read.problems.iter().map(|p| p.place.line).collect();
    assert_eq!((read.len(), lines), (2, vec![5, 6, 7]));
    assert!(names(&read, "v", "a/b.py", 7, None) && names(&read, "v", "a/b.py", 7, Some(COMMIT)));
    assert!(!names(&read, "v", "a/b.py", 8, None) && !names(&read, "v", "b.py", 7, None));
    assert!(names(&read, "v", "x/y:z.js", 3, Some(COMMIT)));
    assert!(!names(&read, "v", "x/y:z.js", 3, None));
    assert!(!names(&read, "v", "x/y:z.js", 3, Some(&COMMIT.replace('0', "1"))));
    assert_eq!(read.reason(1), "named in .gitleaksignore:4");
}

#[test]
fn gitleaks_reports_name_values_or_places() {
    let leak = |secret: &str| {
        format!(
            r#"[{{"RuleID":"r","Secret":"{secret}","Match":"key={VALUE};","File":"a.py","StartLine":7,"Commit":"{COMMIT}","New":1}}]"#
        )
    };
    let clear = gitleaks_report("g.json", &leak(VALUE)).unwrap();
    assert!(names(&clear, VALUE, "elsewhere", 1, None));
    assert!(!names(&clear, "another value", "a.py", 7, Some(COMMIT)), "a place alone hides nothing");
    let wider = gitleaks_report("g.json", &leak(&format!("'{VALUE}'"))).unwrap();
    assert!(names(&wider, VALUE, "elsewhere", 1, None));
    assert!(!names(&wider, "some", "elsewhere", 1, None), "too short for a part");
    for masked in ["REDACTED", "", "some va..."] {
        let read = gitleaks_report("g.json", &leak(masked)).unwrap();
        assert!(names(&read, "whatever", "a.py", 7, Some(COMMIT)), "{masked}");
        assert!(!names(&read, VALUE, "a.py", 8, Some(COMMIT)) && !names(&read, VALUE, "a.py", 7, None));
    }
    for empty in ["[]", "null"] {
        assert!(gitleaks_report("g.json", empty).unwrap().is_empty());
    }
    let error = gitleaks_report("g.json", "[\n{\"Secret\": [\"hush\"]}]").err().unwrap().to_string();
    assert!(error.starts_with("g.json:2:") && !error.contains("hush"), "{error}");
}

#[test]
fn detect_secrets_names_hashes() {
    let hash = hex(&Sha1::digest(VALUE));
    let text = format!(
        r#"{{"version":"1.5.0","plugins_used":[],"results":{{"b":[{{"type":"t","filename":"b","hashed_secret":"{hash}","is_verified":false,"line_number":3}}],
           "c":[{{"hashed_secret":"{hash}"}}]}}}}"#
    );
    let read = detect_secrets(".secrets.baseline", &text).unwrap();
    assert_eq!(read.len(), 1, "one secret, though in two places");
    assert!(names(&read, VALUE, "elsewhere", 1, None) && !names(&read, "x", "b", 3, None));
    assert_eq!(read.reason(0), "named in .secrets.baseline");
    assert!(detect_secrets("f", "{}").is_err());
}

proptest! {
    #[test]
    fn any_text_ends_without_a_panic(text in "\\PC{0,80}|([a-c0-9:\\\\/]|\n){0,40}") {
        let read = gitleaksignore("f", &text);
        prop_assert!(read.len() + read.problems.len() <= text.lines().count());
        let _ = gitleaks_report("f", &text);
        let _ = detect_secrets("f", &text);
    }
}
