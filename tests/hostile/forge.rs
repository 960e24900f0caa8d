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

/// A pack of its own for one blob, under the id of this number.
pub(crate) fn pack(scratch: &Scratch, number: u32, text: &[u8]) {
    let mut pack = b"PACK\0\0\0\x02\0\0\0\x01".to_vec();
    let mut size = text.len() >> 4;
    pack.push(0x30 | (text.len() & 15) as u8 | if size > 0 { 128 } else { 0 });
    while size > 0 {
        pack.push((size & 127) as u8 | if size > 127 { 128 } else { 0 });
        size >>= 7;
    }
    pack.extend(zlib(text));
    pack.extend([0; 20]);
    let own = hex(&id(number));
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    index.extend((0..256).flat_map(|first| u32::from(first >= usize::from(own[0])).to_be_bytes()));
    index.extend(own);
    index.extend([0, 0, 0, 0, 0, 0, 0, 12]);
    index.extend([0; 40]);
    let folder = scratch.path(".git/objects/pack");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("pack-{number}.pack")), pack).unwrap();
    fs::write(folder.join(format!("pack-{number}.idx")), index).unwrap();
}
