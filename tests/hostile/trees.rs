//! Trees: wide, deep, circular, exploding, malformed.

use super::forge;
use super::guard::scan;
use super::util::{Scratch, paths, token};

#[test]
fn a_tree_of_a_hundred_thousand_entries() {
    let scratch = Scratch::repository();
    let empty = forge::literal(&scratch, "blob", b"x");
    let blob = forge::literal(&scratch, "blob", token(1).as_bytes());
    let names: Vec<String> = (0..100_000).map(|i| format!("f{i:05}")).collect();
    let mut entries: Vec<_> = names.iter().map(|n| ("100644", n.as_str(), empty.as_str())).collect();
    entries.push(("100644", "token", &blob));
    forge::commit_tree(&scratch, &forge::tree(&entries));
    scan(&scratch, &["git"]).is_all_of(1);
    scratch.git(&["read-tree", "main"]);
    scan(&scratch, &["git", "--staged"]).is_all_of(0);
}

#[test]
fn a_folder_a_thousand_deep() {
    let scratch = Scratch::repository();
    let path = format!("{}f", "d/".repeat(1000));
    scratch.write(&path, token(1));
    assert_eq!(paths(&scan(&scratch, &[]).is_all_of(1).findings), [path.as_str()]);
    scratch.commit("deep");
    assert_eq!(paths(&scan(&scratch, &["git"]).is_all_of(1).findings), [path.as_str()]);
    scratch.write(&path, token(2));
    scratch.git(&["add", "-A"]);
    scan(&scratch, &["git", "--staged"]).is_all_of(1);
    scratch.commit("deep again");
    scan(&scratch, &["git", "--range", "HEAD~1..HEAD"]).is_all_of(1);
}

#[test]
fn a_tree_deeper_than_any_path() {
    let scratch = Scratch::repository();
    let blob = forge::literal(&scratch, "blob", token(1).as_bytes());
    let mut below = forge::tree(&[("100644", "f", blob.as_str())]);
    for number in 1..=10_000 {
        forge::loose(&scratch, &forge::id(number), "tree", &below);
        below = forge::tree(&[("40000", "d", &forge::id(number))]);
    }
    forge::commit_tree(&scratch, &below);
    scan(&scratch, &["git"]).lacks(0, "too deep");
    scan(&scratch, &["git", "--staged"]);
}

#[test]
fn a_tree_that_holds_itself() {
    let scratch = Scratch::repository();
    let blob = forge::literal(&scratch, "blob", token(1).as_bytes());
    let own = forge::id(1);
    let entries = [("100644", "f", blob.as_str()), ("40000", "one", &own), ("40000", "two", &own)];
    forge::loose(&scratch, &own, "tree", &forge::tree(&entries));
    let commit = forge::literal(&scratch, "commit", forge::commit(&own, &[]).as_bytes());
    forge::branch(&scratch, "main", &commit);
    let told = scan(&scratch, &["git"]);
    assert_eq!(told.findings.len(), 1);
    scan(&scratch, &["git", "--staged"]);
    scan(&scratch, &["git", "--commits", "1"]);
}

/// Ten trees, each ten times in the next: ten thousand million paths from a few hundred bytes.
fn bomb(scratch: &Scratch, leaf: &[u8]) -> String {
    let mut id = forge::literal(scratch, "tree", leaf);
    for _ in 0..10 {
        let names: Vec<String> = (0..10).map(|i| format!("d{i}")).collect();
        let entries: Vec<_> = names.iter().map(|n| ("40000", n.as_str(), id.as_str())).collect();
        id = forge::literal(scratch, "tree", &forge::tree(&entries));
    }
    id
}

#[test]
fn a_tree_that_explodes() {
    let scratch = Scratch::repository();
    let blob = forge::literal(&scratch, "blob", token(1).as_bytes());
    let root = bomb(&scratch, &forge::tree(&[("100644", "f", blob.as_str())]));
    let commit = forge::literal(&scratch, "commit", forge::commit(&root, &[]).as_bytes());
    forge::branch(&scratch, "main", &commit);
    let told = scan(&scratch, &["git"]);
    assert_eq!(told.findings.len(), 1, "{}", told.summary);
    scan(&scratch, &["git", "--staged"]);
    scan(&scratch, &["git", "--commits", "1"]);
}

#[test]
fn a_tree_that_explodes_beside_a_secret() {
    let scratch = Scratch::repository();
    let (blob, empty) =
        (forge::literal(&scratch, "blob", token(1).as_bytes()), forge::literal(&scratch, "blob", b"x"));
    let bomb = bomb(&scratch, &forge::tree(&[("100644", "f", empty.as_str())]));
    let entries = [("40000", "bomb", bomb.as_str()), ("100644", "f", &blob)];
    forge::commit_tree(&scratch, &forge::tree(&entries));
    let told = scan(&scratch, &["git"]);
    assert_eq!(paths(&told.is_all_of(1).findings), ["f"]);
}

#[test]
fn an_entry_that_is_there_twice() {
    let scratch = Scratch::repository();
    let blobs: Vec<String> =
        (0..3).map(|seed| forge::literal(&scratch, "blob", token(seed).as_bytes())).collect();
    let below = forge::literal(&scratch, "tree", &forge::tree(&[("100644", "f", &blobs[2])]));
    let entries =
        [("100644", "f", blobs[0].as_str()), ("100644", "f", &blobs[1]), ("40000", "f", below.as_str())];
    forge::commit_tree(&scratch, &forge::tree(&entries));
    let told = scan(&scratch, &["git"]);
    told.is_all_of(3);
    assert_eq!(paths(&told.findings), ["f", "f", "f/f"]);
}

#[test]
fn a_malformed_tree_is_named_and_its_neighbours_are_read() {
    let scratch = Scratch::repository();
    let blob = forge::literal(&scratch, "blob", token(1).as_bytes());
    let good = forge::tree(&[("100644", "before", blob.as_str())]);
    let mut broken: Vec<Vec<u8>> = vec![
        b"100644".to_vec(),
        b"100644 name".to_vec(),
        b"100644 name\0short".to_vec(),
        b"\0".repeat(30),
        b"99999 name\x001234567890123456789 ".to_vec(),
        b"100644name\x0012345678901234567890".to_vec(),
        b"777777777777777777 n\x0012345678901234567890".to_vec(),
    ];
    broken.extend((1..good.len()).step_by(7).map(|cut| good[..cut].to_vec()));
    let mut root = vec![("100644", "a".to_owned(), blob.clone())];
    for (number, bytes) in broken.iter().enumerate() {
        let bytes = if number % 2 == 0 { bytes.clone() } else { [&good[..], bytes].concat() };
        root.push(("40000", format!("t{number:02}"), forge::literal(&scratch, "tree", &bytes)));
    }
    let entries: Vec<_> = root.iter().map(|(mode, name, id)| (*mode, name.as_str(), id.as_str())).collect();
    forge::commit_tree(&scratch, &forge::tree(&entries));
    let told = scan(&scratch, &["git"]);
    told.lacks(1, "malformed");
    assert_eq!(told.failures().len(), broken.len(), "{:#?}", told.failures());
    assert!(paths(&told.findings).contains(&"a".to_owned()));
}

#[test]
fn objects_that_are_not_what_they_are_named_as() {
    let scratch = Scratch::repository();
    let blob = forge::literal(&scratch, "blob", token(1).as_bytes());
    let tree = forge::literal(&scratch, "tree", &forge::tree(&[("100644", "f", blob.as_str())]));
    let commit = forge::literal(&scratch, "commit", forge::commit(&tree, &[]).as_bytes());
    let missing = forge::id(7);
    let entries = [
        ("40000", "blob-as-tree", blob.as_str()),
        ("100644", "commit-as-blob", &commit),
        ("40000", "missing-tree", &missing),
        ("100644", "ok", &blob),
        ("120000", "tree-as-link", &tree),
        ("160000", "blob-as-submodule", &blob),
    ];
    forge::commit_tree(&scratch, &forge::tree(&entries));
    let told = scan(&scratch, &["git"]);
    told.lacks(told.findings.len(), "missing-tree");
    assert_eq!(told.failures().len(), 4, "{:#?}", told.failures());
}
