//! Loose objects: a zlib stream each, which begins with kind and size.
//!
//! They are not left to libgit2, which never comes back from one that was cut short, and takes one whose
//! content is shorter than it says for one that ends in zeros.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::sync::Arc;

use flate2::bufread::ZlibDecoder;

use super::cache::Shared;
use super::{Kind, ReadError};

/// Bytes that are inflated in one go.
const PIECE: usize = 1 << 13;
/// No head is longer.
const LONGEST_HEAD: u64 = 64;
/// The most that inflating can make of one byte.
const BEST_RATIO: u64 = 1040;

type Stream = BufReader<ZlibDecoder<BufReader<File>>>;

/// What the loose object in the file at `path` is.
pub(super) fn kind(path: &Path) -> Result<Kind, ReadError> {
    Ok(open(path)?.0)
}

/// The loose object in the file at `path`, unless it is larger than the limit for its kind.
pub(super) fn read(path: &Path, limit: impl Fn(Kind) -> u64) -> Result<Shared, ReadError> {
    let (kind, size, mut stream) = open(path)?;
    if size > limit(kind) {
        return Err(ReadError::TooLarge(size));
    }
    let mut bytes = vec![0; usize::try_from(size).map_err(|_| ReadError::TooLarge(size))?];
    stream.read_exact(&mut bytes).map_err(damaged)?;
    // Behind the end the checksum is compared.
    match stream.read(&mut [0]).map_err(damaged)? {
        0 => Ok((kind, Arc::new(bytes))),
        _ => Err(damaged("longer than it says")),
    }
}

fn open(path: &Path) -> Result<(Kind, u64, Stream), ReadError> {
    let file = File::open(path).map_err(damaged)?;
    let meta = file.metadata().map_err(damaged)?;
    if !meta.is_file() {
        return Err(damaged("no regular file"));
    }
    let mut stream = BufReader::with_capacity(PIECE, ZlibDecoder::new(BufReader::with_capacity(PIECE, file)));
    let mut head = Vec::new();
    (&mut stream).take(LONGEST_HEAD).read_until(0, &mut head).map_err(damaged)?;
    let (kind, size) = parse(&head).ok_or_else(|| damaged("its head is malformed"))?;
    if size > meta.len().saturating_mul(BEST_RATIO) {
        return Err(damaged("shorter than it says"));
    }
    Ok((kind, size, stream))
}

/// `blob 12` and a NUL.
fn parse(head: &[u8]) -> Option<(Kind, u64)> {
    let text = std::str::from_utf8(head.strip_suffix(b"\0")?).ok()?;
    let (kind, size) = text.split_once(' ')?;
    let kind = match kind {
        "commit" => Kind::Commit,
        "tree" => Kind::Tree,
        "blob" => Kind::Blob,
        "tag" => Kind::Tag,
        _ => return None,
    };
    Some((kind, size.parse().ok().filter(|_| size.bytes().all(|b| b.is_ascii_digit()))?))
}

fn damaged(why: impl ToString) -> ReadError {
    ReadError::Corrupt(format!("the loose object is damaged: {}", why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        assert_eq!(parse(b"blob 12\0"), Some((Kind::Blob, 12)));
        for bad in [
            &b""[..],
            b"blob 12",
            b"blob\0",
            b"blob \0",
            b"blub 1\0",
            b"blob +1\0",
            b"blob -1\0",
            b"tree 99999999999999999999\0",
        ] {
            assert_eq!(parse(bad), None);
        }
    }
}
