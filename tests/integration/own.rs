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
