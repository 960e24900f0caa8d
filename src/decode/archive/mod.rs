//! Archives and compressed files, by their first bytes and not by their name.
//!
//! Takes the bytes of a file, gives those of its members, nested ones included. Everything happens in
//! memory: no name of a member is ever used as a path, so `../../x` is only text. What goes wrong with a
//! member is given in its place, and the next one is read.
//!
//! | format | seen by | members |
//! | --- | --- | --- |
//! | zip (jar, whl, apk, docx, ...) | `PK` | stored, deflate, bzip2, xz, zstd |
//! | tar | `ustar` in the first header | files |
//! | gzip, bzip2, xz, zstd | their magic | one, without a name of its own |

mod meter;
mod stream;
mod tarball;
mod zip;

use bstr::{BStr, BString};

use meter::Meter;

/// How far unpacking goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many archives may stand inside each other. A compressed tar counts as one.
    pub depth: u8,
    /// Bytes of all members together.
    pub total: u64,
    /// Number of members.
    pub entries: u64,
    /// How many times larger than its compressed form a member may be; the first [`FREE`] bytes are free.
    pub ratio: u64,
}

/// So many bytes may come out of anything before its ratio counts.
pub const FREE: u64 = 16 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 3, total: 256 << 20, entries: 100_000, ratio: 250 }
    }
}

/// Why something in an archive was not read, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A limit was reached: which one.
    #[error("archive limit: {0}")]
    Limit(&'static str),
    /// The format is not kept: what the decoder says.
    #[error("damaged archive: {0}")]
    Corrupt(String),
    /// Nobody can read it without the password.
    #[error("encrypted archive member")]
    Encrypted,
    /// A compression that is not built in: which one.
    #[error("unsupported archive format: {0}")]
    Unsupported(String),
}

/// One member of an archive, or what went wrong with it. A damaged member gives what could be read of it
/// first, then the problem.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Its name, those of the archives it stands in before it: `inner.tar!etc/x`. Empty for the content
    /// of a compressed file.
    pub path: &'a BStr,
    /// Its bytes.
    pub content: Result<&'a [u8], Problem>,
}

/// A format that can be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Zip and its many kin.
    Zip,
    /// Tar, not compressed.
    Tar,
    /// Gzip.
    Gzip,
    /// Bzip2.
    Bzip2,
    /// Xz.
    Xz,
    /// Zstandard.
    Zstd,
}

/// The format of these bytes, by what they begin with.
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    match bytes {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Format::Zip),
        [0x1f, 0x8b, 8, ..] => Some(Format::Gzip),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, ..] => Some(Format::Bzip2),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Format::Xz),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Format::Zstd),
        _ if bytes.get(257..262) == Some(b"ustar") => Some(Format::Tar),
        _ => None,
    }
}

/// Gives each member of the archive to `each`, those of nested archives in place of the archive itself.
///
/// # Errors
///
/// When the bytes are no archive that can be opened, or when a limit ends the whole: members given before
/// stay given. What is wrong with a single member comes as its [`Entry`].
pub fn unpack(bytes: &[u8], limits: &Limits, each: &mut dyn FnMut(Entry<'_>)) -> Result<(), Problem> {
    let format = sniff(bytes).ok_or_else(|| Problem::Unsupported("unknown".to_owned()))?;
    let mut unpacker = Unpacker { meter: Meter::new(limits), each };
    unpacker.open(format, bytes, BStr::new(""), limits.depth)
}

/// One call of [`unpack`].
struct Unpacker<'a> {
    meter: Meter,
    each: &'a mut dyn FnMut(Entry<'_>),
}

impl Unpacker<'_> {
    /// Unpacks an archive that stands at `path`, with so many levels left, its own included.
    fn open(&mut self, format: Format, bytes: &[u8], path: &BStr, depth: u8) -> Result<(), Problem> {
        if depth == 0 {
            return Err(Problem::Limit("archives nested too deep"));
        }
        match format {
            Format::Zip => self.zip(bytes, path, depth),
            Format::Tar => self.tar(bytes, path, depth),
            _ => self.stream(format, bytes, path, depth),
        }
    }

    /// The content of a compressed file; a tar in it is no further level.
    fn stream(&mut self, format: Format, bytes: &[u8], path: &BStr, depth: u8) -> Result<(), Problem> {
        let (content, problem) = stream::expand(format, bytes, &mut self.meter);
        match (sniff(&content), problem) {
            (_, Some(problem)) if content.is_empty() => return Err(problem),
            (Some(Format::Tar), None) => return self.open(Format::Tar, &content, path, depth),
            (_, problem) => self.member(path, &content, problem, depth),
        }
        self.meter.overrun()
    }

    /// A member that was read, to its end or up to a problem.
    fn member(&mut self, path: &BStr, content: &[u8], problem: Option<Problem>, depth: u8) {
        let unread = match sniff(content) {
            Some(format) => self.open(format, content, path, depth - 1).err(),
            None => None,
        };
        // What cannot be opened is still bytes.
        if sniff(content).is_none() || unread.is_some() {
            self.give(path, Ok(content));
        }
        for problem in unread.into_iter().chain(problem) {
            self.give(path, Err(problem));
        }
    }

    fn give(&mut self, path: &BStr, content: Result<&[u8], Problem>) {
        (self.each)(Entry { path, content });
    }
}

/// The path of a member: that of its archive, `!`, its own name.
pub fn join(archive: &BStr, member: &BStr) -> BString {
    match (archive.is_empty(), member.is_empty()) {
        (true, _) => member.to_owned(),
        (_, true) => archive.to_owned(),
        _ => [&**archive, b"!", &**member].concat().into(),
    }
}

#[cfg(test)]
mod tests;
