//! Commits and tags that git would not write: every message is read all the same.

use super::forge;
use super::guard::scan;
use super::util::{Scratch, token};

const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// A commit with these headers, and a token in its message.
fn scan_commit(headers: &[u8], seed: u64) -> (Scratch, String) {
    let scratch = Scratch::repository();
    let body = [headers, format!("\n\nUse {}\n", token(seed)).as_bytes()].concat();
    let commit = forge::literal(&scratch, "commit", &body);
    forge::branch(&scratch, "main", &commit);
    (scratch, commit)
}

#[test]
fn headers_that_are_broken_but_name_a_tree() {
    let who = "A <a@corp-net.io>";
    let headers: Vec<Vec<u8>> = [
        format!("tree {TREE}"),
        format!("tree {TREE}\nauthor"),
        format!("tree {TREE}\nauthor \ncommitter "),
        format!("tree {TREE}\nauthor <>\ncommitter <> 0 +0000"),
        format!("tree {TREE}\nauthor >x< 1 +0000\ncommitter >x< 1 +0000"),
        format!(
            "tree {TREE}\nauthor {who} 31556952000000000000 +0000\ncommitter {who} 31556952000000000000 +0000"
        ),
        format!(
            "tree {TREE}\nauthor {who} 9223372036854775807 +0000\ncommitter {who} 9223372036854775807 +9999"
        ),
        format!(
            "tree {TREE}\nauthor {who} -9223372036854775808 +0000\ncommitter {who} -9223372036854775808 -9999"
        ),
        format!("tree {TREE}\nauthor {who} 31556889864403199 +0000\ncommitter {who} 31556889864403199 +0000"),
        format!("tree {TREE}\nauthor {who} -62167219201 +0000\ncommitter {who} now +0000"),
        format!("tree {TREE}\nauthor {who} 1e12 x\ncommitter {who} 0x10 +00"),
        format!("tree {TREE}\ncommitter {who} 1 +0000\nauthor {who} 1 +0000\nauthor B <b> 2 +0000"),
        format!("tree {TREE}\nparent\nparent x\nauthor {who} 1 +0000\ncommitter {who} 1 +0000"),
        format!("tree {TREE}\nencoding ISO-8859-1\nencoding nonsense\nauthor {who} 1 +0000"),
        format!("tree {TREE}\nauthor {who} 1 +0000\ncommitter {who} 1 +0000\ngpgsig -----BEGIN\n x\n y"),
        format!("tree {TREE}\nauthor {}\ncommitter {who} 1 +0000", "n".repeat(100_000)),
    ]
    .map(String::into_bytes)
    .into_iter()
    .chain([
        [format!("tree {TREE}\nauthor ").as_bytes(), b"\xff\xfe\x1b[31m\x00\xe9 <a@b> 1 +0000\ncommitter x"]
            .concat(),
        format!("tree {TREE}\nauthor \u{202e}bidi\u{2066} <a@b> 1 +0000\ncommitter \u{9b}31m <a> 1 +0000")
            .into(),
    ])
    .collect();
    for (headers, seed) in headers.iter().zip(0..) {
        let (scratch, commit) = scan_commit(headers, seed);
        let told = scan(&scratch, &["git"]);
        let shown = String::from_utf8_lossy(headers);
        assert_eq!(told.findings.len(), 1, "{shown}");
        assert!(told.is_complete(), "{shown}: {:#?}", told.failures());
        assert_eq!(told.findings[0]["commit"], commit.as_str());
        scan(&scratch, &["git", "--commits", "3"]);
        scan(&scratch, &["git", "--staged"]);
        scan(&scratch, &["dir"]);
    }
}

#[test]
fn headers_that_name_no_tree() {
    let headers: [&[u8]; 7] = [
        b"",
        b"\0",
        b"tree",
        b"tree 4b825dc642cb6eb9a060e54bf8d69288fbee490",
        b"tree zb825dc642cb6eb9a060e54bf8d69288fbee4904",
        b"author A <a@b> 1 +0000",
        b"treee 4b825dc642cb6eb9a060e54bf8d69288fbee4904\nauthor A <a@b> 1 +0000",
    ];
    for (headers, seed) in headers.iter().zip(0..) {
        let (scratch, _) = scan_commit(headers, seed);
        scan(&scratch, &["git"]).lacks(1, "it names no tree");
        scan(&scratch, &["git", "--commits", "3"]);
        scan(&scratch, &["git", "--staged"]);
    }
}

#[test]
fn every_format_shows_a_date_beyond_all_years() {
    let who = "A <a@corp-net.io>";
    for time in ["9223372036854775807", "-9223372036854775808", "31556952000000000000", "253402300800"] {
        let head = format!("tree {TREE}\nauthor {who} {time} +0000\ncommitter {who} {time} +0000");
        let (scratch, _) = scan_commit(head.as_bytes(), 1);
        for format in tokensieve::report::Format::all() {
            let ended = super::guard::run(&scratch, &["git", "--format", &format.to_string()], None);
            assert_eq!(ended.code, 1, "{format}");
        }
    }
}

#[test]
fn a_message_in_mixed_encodings() {
    let wide: Vec<u8> = token(1).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let message = [b"\xe9\xff caf\xc3\xa9 \x80 ", token(2).as_bytes(), b" \x93\xfa\x96{ ", &wide].concat();
    let scratch = Scratch::repository();
    let who = "A <a@corp-net.io> 1 +0000";
    let head = format!("tree {TREE}\nauthor {who}\ncommitter {who}\nencoding UTF-16\n\n");
    let commit = forge::literal(&scratch, "commit", &[head.as_bytes(), &message].concat());
    forge::branch(&scratch, "main", &commit);
    scan(&scratch, &["git"]).is_all_of(2);
}

#[test]
fn a_commit_that_is_its_own_ancestor() {
    let scratch = Scratch::repository();
    let blobs: Vec<String> =
        (0..3).map(|seed| forge::literal(&scratch, "blob", token(seed).as_bytes())).collect();
    for (number, blob) in (1..).zip(&blobs) {
        let tree = forge::literal(&scratch, "tree", &forge::tree(&[("100644", "f", blob.as_str())]));
        // The first is its own parent, the second and the third are each other's.
        let parent = forge::id([1, 3, 2][number as usize - 1]);
        forge::loose(&scratch, &forge::id(number), "commit", forge::commit(&tree, &[&parent]).as_bytes());
    }
    forge::branch(&scratch, "one", &forge::id(1));
    forge::branch(&scratch, "two", &forge::id(2));
    scan(&scratch, &["git"]).is_all_of(3);
    scan(&scratch, &["git", "--range", "one..two"]);
    scan(&scratch, &["git", "--commits", "5"]);
}

#[test]
fn a_commit_with_very_many_parents() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    let parent = scratch.git(&["rev-parse", "HEAD"]).trim().to_owned();
    let parents = vec![parent.as_str(); 20_000];
    let tree = scratch.git(&["rev-parse", "HEAD^{tree}"]).trim().to_owned();
    let commit = forge::literal(&scratch, "commit", forge::commit(&tree, &parents).as_bytes());
    forge::branch(&scratch, "main", &commit);
    scan(&scratch, &["git"]).is_all_of(1);
    scan(&scratch, &["git", "--commits", "1"]).is_all_of(0);
}

#[test]
fn a_tag_that_points_at_itself() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).commit("first");
    let tag =
        |target: u32| format!("object {}\ntype tag\ntag x\ntagger A <a> 1 +0000\n\nm\n", forge::id(target));
    forge::loose(&scratch, &forge::id(1), "tag", tag(1).as_bytes());
    forge::loose(&scratch, &forge::id(2), "tag", tag(3).as_bytes());
    forge::loose(&scratch, &forge::id(3), "tag", tag(2).as_bytes());
    scratch.write(".git/refs/tags/one", forge::id(1)).write(".git/refs/tags/two", forge::id(2));
    scan(&scratch, &["git"]).is_all_of(1);
    let zeros = "0".repeat(40);
    let push = scratch.home().join("push");
    for number in [1, 2] {
        let line = format!("refs/tags/x {} refs/tags/x {zeros}\n", forge::id(number));
        std::fs::write(&push, line).unwrap();
        super::guard::run(&scratch, &["git", "--pre-push"], Some(&push));
        super::guard::run(&scratch, &["git", "--pre-receive"], Some(&push));
    }
    super::guard::run(&scratch, &["git", "--range", "HEAD..one"], None);
    super::guard::run(&scratch, &["git", "--since", "two"], None);
}

#[test]
fn a_head_that_is_a_tag_that_points_at_itself() {
    let scratch = Scratch::repository();
    let tag = format!("object {}\ntype tag\ntag x\n\nm\n", forge::id(1));
    forge::loose(&scratch, &forge::id(1), "tag", tag.as_bytes());
    forge::branch(&scratch, "main", &forge::id(1));
    scratch.write("a.txt", token(1));
    scratch.git(&["add", "a.txt"]);
    for args in [&["git"][..], &["git", "--staged"], &["git", "--commits", "1"], &["dir"]] {
        super::guard::run(&scratch, args, None);
    }
}

#[test]
fn tags_that_are_broken() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "x").commit("first");
    let bodies = ["", "object", "object x\n\n", "type commit\ntag x\n\n", "tagger x <y> z\n\nm"];
    for (number, body) in bodies.iter().enumerate() {
        let body = format!("{body}\n\n{}", token(number as u64));
        let tag = forge::literal(&scratch, "tag", body.as_bytes());
        scratch.write(&format!(".git/refs/tags/t{number}"), tag);
    }
    scan(&scratch, &["git"]).lacks(bodies.len(), "the tag is malformed");
}
