//! Damage: packs, objects and indexes cut short or changed. What is lost is named; the rest is read.

use std::fs;
use std::path::PathBuf;

use super::forge;
use super::guard::scan;
use super::util::{Scratch, token};

/// A repository of some commits in one pack.
fn packed() -> Scratch {
    let scratch = Scratch::repository();
    for i in 0..6 {
        let text: String = (0..200).map(|n| format!("line {n} of {i}\n")).collect();
        scratch.write("a.txt", format!("{text}{}\n", token(i))).write(&format!("f{i}"), token(100 + i));
        scratch.commit("more");
    }
    scratch.git(&["-c", "pack.writeReverseIndex=false", "gc", "-q"]);
    scratch
}

fn file(scratch: &Scratch, extension: &str) -> PathBuf {
    let files = fs::read_dir(scratch.path(".git/objects/pack")).unwrap().map(|e| e.unwrap().path());
    let mut files = files.filter(|p| p.extension().is_some_and(|e| e == extension));
    let file = files.next().unwrap();
    let mut rights = fs::metadata(&file).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut rights, 0o644);
    fs::set_permissions(&file, rights).unwrap();
    file
}

/// A pack of these entries with an index in which every id is made up.
pub(crate) fn write_pack(scratch: &Scratch, count: u32, entries: &[u8]) {
    let pack = [b"PACK\0\0\0\x02".as_slice(), &count.to_be_bytes(), entries, &[0; 20]].concat();
    let folder = scratch.path(".git/objects/pack");
    fs::create_dir_all(&folder).unwrap();
    let raw = scratch.home().join("raw.pack");
    fs::write(&raw, &pack).unwrap();
    // Only the offsets matter: the entries are found by inflating one after the other.
    let mut offsets = Vec::new();
    let mut at = 12;
    while at < pack.len() - 20 {
        offsets.push(at as u32);
        at += entry_len(&pack[at..]);
    }
    assert_eq!(offsets.len(), count as usize);
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    // Ids 00000001..., 00000002...: all begin with a zero byte.
    index.extend((0..256).flat_map(|_| count.to_be_bytes()));
    index.extend((1..=count).flat_map(|n| n.to_be_bytes().repeat(5)));
    index.extend((0..count).flat_map(|_| [0; 4]));
    index.extend(offsets.iter().flat_map(|o| o.to_be_bytes()));
    index.extend([0; 40]);
    fs::write(folder.join("pack-bomb.pack"), &pack).unwrap();
    fs::write(folder.join("pack-bomb.idx"), &index).unwrap();
}

/// The length of the entry that begins here.
fn entry_len(bytes: &[u8]) -> usize {
    let mut at = 1 + bytes.iter().take_while(|b| **b & 128 != 0).count();
    if bytes[0] >> 4 & 7 == 6 {
        at += 1 + bytes[at..].iter().take_while(|b| **b & 128 != 0).count();
    }
    // The head says how long it gets; how long it is, the only end at which it inflates tells.
    let mut size = usize::from(bytes[0] & 15);
    for (i, byte) in bytes[1..].iter().enumerate().take_while(|(i, _)| bytes[*i] & 128 != 0) {
        size |= usize::from(byte & 127) << (4 + 7 * i);
    }
    let mut inflate = libdeflater::Decompressor::new();
    let mut out = vec![0; size];
    (at + 8..=bytes.len())
        .find(|end| inflate.zlib_decompress(&bytes[at..*end], &mut out).is_ok())
        .expect("an entry of a pack")
}

#[test]
fn a_pack_that_was_cut_short() {
    let scratch = packed();
    let pack = file(&scratch, "pack");
    let whole = fs::read(&pack).unwrap();
    for len in [0, 4, 12, 13, whole.len() / 3, whole.len() / 2, whole.len() - 100, whole.len() - 21] {
        fs::write(&pack, &whole[..len]).unwrap();
        let told = scan(&scratch, &["git"]);
        assert_eq!(told.code, 2, "{len}: {}", told.summary);
        scan(&scratch, &["git", "--staged"]);
        scan(&scratch, &["git", "--commits", "2"]);
    }
}

#[test]
fn a_pack_with_changed_bytes() {
    let scratch = packed();
    let pack = file(&scratch, "pack");
    let whole = fs::read(&pack).unwrap();
    let told = scan(&scratch, &["git"]);
    let all = told.is_all_of(12).findings.len();
    for at in (12..whole.len() - 20).step_by(whole.len() / 24) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        bytes[at + 1] = !bytes[at + 1];
        fs::write(&pack, &bytes).unwrap();
        let told = scan(&scratch, &["git"]);
        // Either the change did no harm or it is told.
        assert!(told.code == 2 || told.findings.len() == all, "{at}: {}", told.summary);
    }
}

#[test]
fn a_pack_whose_own_checksum_is_wrong_still_holds_its_objects() {
    let scratch = packed();
    let pack = file(&scratch, "pack");
    let mut bytes = fs::read(&pack).unwrap();
    let len = bytes.len();
    bytes[len - 20..].fill(0);
    fs::write(&pack, &bytes).unwrap();
    // Every entry has a checksum of its own, and all are right.
    assert_eq!(scan(&scratch, &["git"]).findings.len(), 12);
}

#[test]
fn a_pack_without_an_index() {
    let scratch = packed();
    fs::remove_file(file(&scratch, "idx")).unwrap();
    scan(&scratch, &["git"]).lacks(0, "a pack without an index");
}

#[test]
fn an_index_of_a_pack_that_is_damaged() {
    let scratch = packed();
    let index = file(&scratch, "idx");
    let whole = fs::read(&index).unwrap();
    for len in [0, 7, 8, 500, 1032, 1100, whole.len() - 41] {
        fs::write(&index, &whole[..len]).unwrap();
        assert_eq!(scan(&scratch, &["git"]).code, 2, "{len}");
    }
    for at in (8..whole.len()).step_by(whole.len() / 30) {
        let mut bytes = whole.clone();
        bytes[at..].iter_mut().take(4).for_each(|b| *b = !*b);
        fs::write(&index, &bytes).unwrap();
        let told = scan(&scratch, &["git"]);
        assert!(told.code == 2 || told.findings.len() == 12, "{at}: {}", told.summary);
    }
}

#[test]
fn loose_objects_that_are_damaged() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).write("b.txt", token(2)).commit("first");
    let id = scratch.git(&["rev-parse", "HEAD:a.txt"]).trim().to_owned();
    let object = scratch.path(".git/objects").join(&id[..2]).join(&id[2..]);
    let whole = fs::read(&object).unwrap();
    fs::remove_file(&object).unwrap();
    let lies = forge::zlib(b"blob 999999999999999999999\0x");
    let other = forge::zlib(b"blub 1\0x");
    let longer = forge::zlib(b"blob 2\0much longer than it says");
    for bytes in [&b""[..], b"garbage", &whole[..whole.len() / 2], &lies, &other, &longer] {
        fs::write(&object, bytes).unwrap();
        scan(&scratch, &["git"]).lacks(1, "a.txt");
    }
    fs::remove_file(&object).unwrap();
    scan(&scratch, &["git"]).lacks(1, "a.txt");
    fs::create_dir(&object).unwrap();
    scan(&scratch, &["git"]).lacks(1, "a.txt");
}

#[test]
fn commits_that_were_cut_short() {
    let scratch = Scratch::repository();
    for i in 0..4 {
        scratch.write("a.txt", token(i)).commit(&"a long message\n".repeat(50));
    }
    scratch.write("b.txt", token(9));
    scratch.git(&["add", "b.txt"]);
    for revision in ["HEAD~2", "HEAD~1", "HEAD"] {
        let id = scratch.git(&["rev-parse", revision]).trim().to_owned();
        let object = scratch.path(".git/objects").join(&id[..2]).join(&id[2..]);
        let whole = fs::read(&object).unwrap();
        fs::remove_file(&object).unwrap();
        fs::write(&object, &whole[..whole.len() - 20]).unwrap();
        assert_eq!(scan(&scratch, &["git"]).code, 2);
        for args in [
            ["git", "--range", "HEAD~3..HEAD"],
            ["git", "--range", "HEAD~1...HEAD"],
            ["git", "--commits", "4"],
        ] {
            assert_eq!(super::guard::run(&scratch, &args, None).code, 2, "{args:?}");
        }
        super::guard::run(&scratch, &["git", "--staged"], None);
        fs::remove_file(&object).unwrap();
        fs::write(&object, &whole).unwrap();
    }
    scan(&scratch, &["git"]).is_all_of(5);
}

#[test]
fn an_index_that_is_damaged() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).write("b.txt", "x").commit("first");
    scratch.write("c.txt", token(2));
    scratch.git(&["add", "-A"]);
    let index = scratch.path(".git/index");
    let whole = fs::read(&index).unwrap();
    for len in [0, 1, 11, 12, whole.len() / 2, whole.len() - 1] {
        fs::write(&index, &whole[..len]).unwrap();
        for args in [&["git", "--staged"][..], &["git"], &["dir"]] {
            assert_eq!(scan(&scratch, args).code, 2, "{args:?} {len}");
        }
    }
    for at in (0..whole.len()).step_by(9) {
        let mut bytes = whole.clone();
        bytes[at] = !bytes[at];
        fs::write(&index, &bytes).unwrap();
        let told = scan(&scratch, &["git", "--staged"]);
        assert!(told.code == 2 || told.findings.len() == 1, "{at}: {}", told.summary);
    }
}

#[test]
fn an_index_that_is_being_written() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", "x").commit("first");
    scratch.write("a.txt", token(1));
    scratch.git(&["add", "a.txt"]);
    scratch.write(".git/index.lock", "half of an ind");
    // The lock is the future; the index beside it is whole.
    for args in [&["git", "--staged"][..], &["git"], &["dir"]] {
        scan(&scratch, args).is_all_of(1);
    }
    fs::remove_file(scratch.path(".git/index")).unwrap();
    scan(&scratch, &["git", "--staged"]).is_all_of(0);
}

#[test]
fn a_configuration_that_is_garbage() {
    let texts: [&[u8]; 6] =
        [b"\0\0\0", b"[", b"[core\n", b"=\n[]\n", &[b'['; 100_000], b"[core]\n\tbare = \xff\n"];
    for text in texts {
        let scratch = Scratch::repository();
        scratch.write("a.txt", token(1)).commit("first");
        scratch.write(".git/config", text);
        assert_eq!(scan(&scratch, &["git"]).findings.len(), 1);
        scan(&scratch, &["dir"]);
        scan(&scratch, &["git", "--staged"]);
    }
}

/// An index of these paths, which git would not write.
fn forged_index(paths: &[&[u8]]) -> Vec<u8> {
    let mut index = b"DIRC\0\0\0\x02".to_vec();
    index.extend((paths.len() as u32).to_be_bytes());
    for path in paths {
        let start = index.len();
        index.extend([0; 24]);
        index.extend(0o100_644_u32.to_be_bytes());
        index.extend([0; 12]);
        index.extend([7; 20]);
        index.extend((path.len() as u16).to_be_bytes());
        index.extend_from_slice(path);
        index.resize(start + (index.len() - start + 8) / 8 * 8, 0);
    }
    // Git leaves the checksum away where `index.skipHash` says so.
    index.extend([0; 20]);
    index
}

#[test]
fn an_index_that_names_files_outside_the_tree() {
    let (scratch, outside) = (Scratch::repository(), Scratch::new());
    outside.write("secret.txt", token(1));
    let absolute = outside.path("secret.txt").to_str().unwrap().to_owned();
    let folder = outside.root().parent().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    let up = format!("../../{folder}/tree/secret.txt");
    scratch.write("a.txt", token(2));
    std::os::unix::fs::symlink(outside.root(), scratch.path("link")).unwrap();
    for path in [absolute.as_str(), &up, "./../tree/../../x", "link/secret.txt"] {
        fs::write(scratch.path(".git/index"), forged_index(&[path.as_bytes()])).unwrap();
        let told = scan(&scratch, &[]);
        assert_eq!(super::util::paths(&told.findings), ["a.txt"], "{path}: {}", told.summary);
        // What lies behind a link counts as deleted, as in git.
        assert_eq!(told.code, if path.starts_with("link") { 1 } else { 2 }, "{path}: {}", told.summary);
    }
}
