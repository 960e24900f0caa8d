//! Objects that git itself would not write.

use std::fs;

use libdeflater::{CompressionLvl, Compressor};

use super::util::Scratch;

/// Writes an object under its right id, whatever is wrong in it.
pub(crate) fn literal(scratch: &Scratch, kind: &str, body: &[u8]) -> String {
    let file = scratch.home().join("object");
    fs::write(&file, body).unwrap();
    let name = file.to_str().unwrap();
    let args = ["hash-object", "-w", "--literally", "--no-filters", "-t", kind, name];
    scratch.git(&args).trim().to_owned()
}

/// Writes a loose object under whatever id.
pub(crate) fn loose(scratch: &Scratch, id: &str, kind: &str, body: &[u8]) {
    let whole = [format!("{kind} {}\0", body.len()).as_bytes(), body].concat();
    let folder = scratch.path(".git/objects").join(&id[..2]);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(&id[2..]), zlib(&whole)).unwrap();
}

/// Compresses as git does.
pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::fastest());
    let mut packed = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let len = compressor.zlib_compress(bytes, &mut packed).unwrap();
    packed.truncate(len);
    packed
}

/// An id of our own.
pub(crate) fn id(number: u32) -> String {
    format!("{number:08x}").repeat(5)
}

/// The bytes of a tree.
pub(crate) fn tree<N: AsRef<[u8]>>(entries: &[(&str, N, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (mode, name, id) in entries {
        bytes.extend_from_slice(mode.as_bytes());
        bytes.push(b' ');
        bytes.extend_from_slice(name.as_ref());
        bytes.push(0);
        bytes.extend(hex(id));
    }
    bytes
}

/// The bytes of a commit.
pub(crate) fn commit(tree: &str, parents: &[&str]) -> String {
    let parents: String = parents.iter().map(|p| format!("parent {p}\n")).collect();
    let who = "A U Thor <author@corp-net.io> 1767323045 +0000";
    format!("tree {tree}\n{parents}author {who}\ncommitter {who}\n\na message\n")
}

/// Commits a tree of these bytes to the branch `main`.
pub(crate) fn commit_tree(scratch: &Scratch, tree: &[u8]) -> String {
    let tree = literal(scratch, "tree", tree);
    let commit = literal(scratch, "commit", commit(&tree, &[]).as_bytes());
    branch(scratch, "main", &commit);
    commit
}

/// Makes a branch name an id, without git's opinion of it.
pub(crate) fn branch(scratch: &Scratch, name: &str, id: &str) {
    scratch.write(&format!(".git/refs/heads/{name}"), format!("{id}\n"));
}

fn hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
