//! The states of dotenv files.

use serde_json::Value;

use super::util::{Scratch, token};

const PLAIN: &str = "PORT=8080\nNAME=app\n";
const SECRET: &str = "PORT=8080\nDB_PASSWORD=hunter2horse\n";

fn dotenv(findings: &[Value]) -> Option<&Value> {
    findings.iter().find(|f| f["rule"] == "dotenv-file")
}

fn notes(finding: &Value) -> String {
    finding["notes"].to_string()
}

#[test]
fn untracked_and_not_ignored() {
    let scratch = Scratch::repository();
    scratch.write(".env", SECRET);
    let (findings, _, code) = scratch.json(&[]);
    let finding = dotenv(&findings).unwrap();
    assert_eq!(finding["severity"], "high");
    assert_eq!(finding["path"], ".env");
    assert_eq!(finding["fix"], "echo .env >> .gitignore");
    assert!(notes(finding).contains("DB_PASSWORD") && !finding.to_string().contains("hunter2horse"));
    assert_eq!(code, 1);
}

#[test]
fn tracked() {
    let scratch = Scratch::repository();
    scratch.write("app/.env", SECRET).commit("first");
    let (findings, ..) = scratch.json(&[]);
    let finding = dotenv(&findings).unwrap();
    assert!(notes(finding).contains("tracked"));
    assert!(finding["fix"].as_str().unwrap().contains("git rm --cached app/.env"));
}

#[test]
fn tracked_although_ignored() {
    let scratch = Scratch::repository();
    scratch.write(".gitignore", ".env\n").write(".env", SECRET);
    scratch.git(&["add", "-f", ".env", ".gitignore"]);
    let (findings, ..) = scratch.json(&[]);
    let finding = dotenv(&findings).unwrap();
    assert!(notes(finding).contains("although"));
    assert_eq!(finding["fix"], "git rm --cached .env");
}

#[test]
fn ignored_by_the_repository_is_no_finding() {
    let scratch = Scratch::repository();
    scratch.write(".gitignore", ".env\n").write(".env", SECRET).write("a", "x");
    scratch.git(&["add", ".gitignore", "a"]);
    let (findings, _, code) = scratch.json(&[]);
    assert!(dotenv(&findings).is_none());
    assert_eq!(code, 0);
}

#[test]
fn ignored_by_the_users_own_files_only_is_low() {
    let scratch = Scratch::repository();
    scratch.write("a", "x").write(".env", SECRET);
    scratch.write(".git/info/exclude", ".env\n");
    let (findings, ..) = scratch.json(&[]);
    let finding = dotenv(&findings).unwrap();
    assert_eq!(finding["severity"], "low");
    assert!(notes(finding).contains("info/exclude"), "{finding}");

    scratch.write(".git/info/exclude", "");
    std::fs::create_dir_all(scratch.home().join(".config/git")).unwrap();
    std::fs::write(scratch.home().join(".config/git/ignore"), ".env\n").unwrap();
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(dotenv(&findings).unwrap()["severity"], "low");
}

#[test]
fn severity_follows_the_contents() {
    let scratch = Scratch::repository();
    scratch
        .write("plain/.env", PLAIN)
        .write("token/.env", format!("T={}\n", token(1)))
        .write("x/.env.keys", "DOTENV_PRIVATE_KEY=\"x\"\n");
    let (findings, ..) = scratch.json(&["--confidence", "low"]);
    let severity = |path: &str| {
        let of_path = |f: &&Value| f["rule"] == "dotenv-file" && f["path"] == path;
        findings.iter().find(of_path).map(|f| f["severity"].as_str().unwrap())
    };
    assert_eq!(severity("plain/.env"), Some("info"));
    assert_eq!(severity("token/.env"), Some("critical"));
}

#[test]
fn templates_are_scanned_but_no_finding_by_name() {
    let scratch = Scratch::repository();
    scratch
        .write(".env.example", "DB_PASSWORD=changeme\n")
        .write("sample.env.template", format!("T={}\n", token(1)));
    let (findings, ..) = scratch.json(&[]);
    assert!(dotenv(&findings).is_none());
    assert_eq!(findings.len(), 1);
}

#[test]
fn encrypted_files_are_safe() {
    let scratch = Scratch::repository();
    let key = "02".to_owned() + &"ab".repeat(32);
    scratch.write(
        ".env",
        format!(
            "DOTENV_PUBLIC_KEY=\"{key}\"\nDB_PASSWORD=\"encrypted:BDqDBibm4wsYqMpCjTQ6BsDHmMadg9K3dAt\"\n"
        ),
    );
    scratch.write("b/.env", b"\0GITCRYPT\0\x01\x02\x03");
    let (findings, _, code) = scratch.json(&[]);
    assert!(dotenv(&findings).is_none(), "{findings:?}");
    assert_eq!(code, 0);
}

#[test]
fn outside_a_repository() {
    let scratch = Scratch::new();
    scratch.write(".env", SECRET);
    let (findings, ..) = scratch.json(&[]);
    assert_eq!(dotenv(&findings).unwrap()["severity"], "high");
}

#[test]
fn the_rule_can_be_switched_off() {
    let scratch = Scratch::repository();
    scratch.write(".env", SECRET);
    assert!(dotenv(&scratch.json(&["--exclude-rule", "dotenv-file"]).0).is_none());
    assert!(dotenv(&scratch.json(&["--rule", "github-pat-classic"]).0).is_none());
    assert!(dotenv(&scratch.json(&["--rule", "dotenv-file"]).0).is_some());
}

#[test]
fn a_password_is_reported_once() {
    let scratch = Scratch::repository();
    scratch.write(".env", SECRET).commit("first");
    for command in ["dir", "git"] {
        let (findings, ..) = scratch.json(&[command]);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0]["rule"], "dotenv-file");
    }
    // Where nothing is said of the file, the password is a finding of its own; and wherever else it stands.
    let (findings, ..) = scratch.json(&["--exclude-rule", "dotenv-file"]);
    assert_eq!(findings[0]["rule"], "password-assignment");
    scratch.write("app.yml", SECRET.replace('=', ": "));
    let (findings, ..) = scratch.json(&[]);
    assert!(findings.iter().any(|f| f["rule"] == "password-assignment"), "{findings:?}");
}
