//! The tool on its own repository: nothing there looks like a secret, and no allowance is needed.

use super::util::Scratch;

#[test]
fn the_working_tree_is_clean() {
    let root = env!("CARGO_MANIFEST_DIR");
    let scratch = Scratch::new();
    let (findings, summary, code) = scratch.json(&[root]);
    assert_eq!(code, 0, "{findings:#?}");
    assert_eq!(summary["complete"], true);
}

/// The same for the whole history, where there is one (a published package has none). A clone that was
/// cut short is read as far as it goes.
#[test]
fn the_history_is_clean() {
    let root = env!("CARGO_MANIFEST_DIR");
    if !std::path::Path::new(root).join(".git").exists() {
        return;
    }
    let scratch = Scratch::new();
    let (findings, ..) = scratch.json(&["git", root, "--unreachable", "--allow-incomplete"]);
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn references_and_placeholders_are_no_findings() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/trees/references");
    let (findings, summary, code) = Scratch::new().json(&[folder, "--confidence", "low"]);
    assert!(findings.is_empty(), "{findings:#?}");
    assert_eq!((summary["files"].as_u64(), code), (Some(6), 0));
}
