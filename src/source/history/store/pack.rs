//! One pack file and its index.
//!
//! The index is held in memory whole; of the pack only the entries asked for are read, by positioned reads
//! that need no lock. All numbers in both files come from whoever made them, so each is checked.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::super::id::ObjectId;

const INDEX_MAGIC: &[u8] = b"\xfftOc\0\0\0\x02";
const FANOUT: usize = 8;
const IDS: usize = FANOUT + 256 * 4;
/// How far a guess at an id's position is mostly off, in packs of usual size.
const GUESS_ERROR: usize = 24;
/// Bytes at the end of a pack that are its own checksum.
const TRAILER: u64 = 20;

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub(in super::super) enum PackError {
    /// Objects in it can be found by no one.
    #[error("a pack without an index: its objects cannot be read")]
    NoIndex,
    /// The index is shorter than its own numbers say.
    #[error("the index of the pack is damaged")]
    BadIndex,
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A pack with a version 2 index.
#[derive(Debug)]
pub(in super::super) struct Pack {
    path: PathBuf,
    /// The open file; none where it is opened for each read.
    file: Option<File>,
    /// Where the entries end.
    end: u64,
    index: Vec<u8>,
    count: usize,
}

impl Pack {
    /// Opens the pack at `path`, to stay open or for each read anew; nothing when its index is of another
    /// version, which libgit2 may know.
    pub(in super::super) fn open(path: &Path, stays: bool) -> Result<Option<Self>, PackError> {
        let index = match read_regular(&path.with_extension("idx")) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(PackError::NoIndex),
            other => other?,
        };
        if !index.starts_with(INDEX_MAGIC) {
            return Ok(None);
        }
        if !path.metadata()?.is_file() {
            return Err(no_regular_file().into());
        }
        let file = File::open(path)?;
        let end = file.metadata()?.len().saturating_sub(TRAILER);
        let count = number(&index, FANOUT + 255 * 4).ok_or(PackError::BadIndex)? as usize;
        if index.len() < IDS + count * (ObjectId::LEN + 8) + 2 * ObjectId::LEN {
            return Err(PackError::BadIndex);
        }
        Ok(Some(Self { path: path.to_owned(), file: stays.then_some(file), end, index, count }))
    }

    /// How many entries there are.
    pub(in super::super) fn len(&self) -> u64 {
        self.count as u64
    }

    /// Where the entries end.
    pub(in super::super) fn end(&self) -> u64 {
        self.end
    }

    /// The offset of the entry of `id`.
    pub(in super::super) fn find(&self, id: ObjectId) -> Option<u64> {
        let first = usize::from(id.as_bytes()[0]);
        let low = if first == 0 { 0 } else { self.fanout(first - 1)? };
        let high = self.fanout(first)?.min(self.count);
        let (mut low, mut high) = self.narrow(id, low, high)?;
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id(middle)?.cmp(&id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return self.offset(middle),
            }
        }
        None
    }

    /// Ids are uniform, so where one stands among its neighbours can be guessed; a guess that is wrong
    /// leaves the range as it was.
    fn narrow(&self, id: ObjectId, low: usize, high: usize) -> Option<(usize, usize)> {
        let fraction = number(&id.as_bytes()[1..], 0)?;
        let guess = low + ((high.saturating_sub(low) as u64 * u64::from(fraction)) >> 32) as usize;
        let (near, far) = (guess.saturating_sub(GUESS_ERROR).max(low), (guess + GUESS_ERROR).min(high));
        let low = if near > low && self.id(near)? <= id { near } else { low };
        let high = if far < high && self.id(far)? > id { far } else { high };
        Some((low, high))
    }

    fn id(&self, position: usize) -> Option<ObjectId> {
        ObjectId::from_slice(self.index.get(IDS + position * ObjectId::LEN..)?)
    }

    fn fanout(&self, byte: usize) -> Option<usize> {
        number(&self.index, FANOUT + byte * 4).map(|n| n as usize)
    }

    fn offset(&self, position: usize) -> Option<u64> {
        let short = IDS + self.count * (ObjectId::LEN + 4);
        let offset = number(&self.index, short + position * 4)?;
        if offset & 0x8000_0000 == 0 {
            return Some(u64::from(offset));
        }
        let long = short + self.count * 4 + (offset & 0x7fff_ffff) as usize * 8;
        let bytes = self.index.get(long..)?.first_chunk::<8>()?;
        Some(u64::from_be_bytes(*bytes))
    }

    /// The bytes from `offset` to the end.
    pub(in super::super) fn stream(&self, offset: u64) -> impl io::Read + '_ {
        Stream { pack: self, offset }
    }

    /// Appends up to `wanted` bytes from `offset` on to `into`; fewer where the entries end.
    pub(in super::super) fn read(&self, offset: u64, wanted: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let wanted = self.end.saturating_sub(offset).min(wanted as u64) as usize;
        let start = into.len();
        into.resize(start + wanted, 0);
        let mut filled = start;
        while filled < into.len() {
            match self.read_at(&mut into[filled..], offset + (filled - start) as u64) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        into.truncate(filled);
        Ok(())
    }

    fn read_at(&self, into: &mut [u8], offset: u64) -> io::Result<usize> {
        match &self.file {
            Some(file) => read_at(file, into, offset),
            None => read_at(&File::open(&self.path)?, into, offset),
        }
    }
}

/// The bytes of a pack from some offset on.
struct Stream<'p> {
    pack: &'p Pack,
    offset: u64,
}

impl io::Read for Stream<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.pack.end.saturating_sub(self.offset).min(into.len() as u64) as usize;
        let read = self.pack.read_at(&mut into[..left], self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}

fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    if path.metadata()?.is_file() { fs::read(path) } else { Err(no_regular_file()) }
}

fn no_regular_file() -> io::Error {
    io::Error::other("no regular file")
}

#[cfg(unix)]
fn read_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, offset)
}

#[cfg(windows)]
fn read_at(file: &File, into: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, offset)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|b| u32::from_be_bytes(*b))
}

/// What an entry's first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct EntryHead {
    /// The kind as packs number them: 1 to 4 are objects, 6 and 7 deltas.
    pub(in super::super) code: u8,
    /// Size after inflating.
    pub(in super::super) size: u64,
    /// For a delta, what it is made against.
    pub(in super::super) base: Base,
    /// Where the compressed bytes begin.
    pub(in super::super) data: usize,
}

/// What a delta is made against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Base {
    /// Not a delta.
    None,
    /// The entry this many bytes before.
    Before(u64),
    /// The object of this id.
    Id(ObjectId),
}

/// Reads the head of an entry.
pub(in super::super) fn entry_head(bytes: &[u8]) -> Option<EntryHead> {
    let first = *bytes.first()?;
    let code = (first >> 4) & 7;
    let mut size = u64::from(first & 15);
    let mut data = 1;
    let (mut more, mut shift) = (first & 0x80 != 0, 4);
    while more {
        let byte = *bytes.get(data)?;
        size |= u64::from(byte & 0x7f).checked_shl(shift)?;
        data += 1;
        shift += 7;
        more = byte & 0x80 != 0;
    }
    let base = match code {
        6 => Base::Before(base_distance(bytes, &mut data)?),
        7 => {
            let id = ObjectId::from_slice(bytes.get(data..)?)?;
            data += ObjectId::LEN;
            Base::Id(id)
        }
        _ => Base::None,
    };
    Some(EntryHead { code, size, base, data })
}

fn base_distance(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let mut byte = *bytes.get(*at)?;
    let mut distance = u64::from(byte & 0x7f);
    *at += 1;
    while byte & 0x80 != 0 {
        byte = *bytes.get(*at)?;
        *at += 1;
        distance = distance.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
    }
    Some(distance)
}
