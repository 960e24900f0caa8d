//! Reads a file whole, into a buffer that is used again.
//!
//! Files are not mapped: a mapped file that another process cuts short kills the reader. Memory stays
//! bounded because only one thread at a time holds a file of more than [`LARGE`] bytes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// From this size on, in bytes, files are read by one thread at a time.
const LARGE: u64 = 8 << 20;

/// The buffer for large files. There is one for all threads: an allocator may keep for each thread what that
/// thread gave back.
static LARGE_FILE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Why a file was not read.
#[derive(Debug)]
pub(super) enum Problem {
    /// Larger than the limit.
    TooLarge,
    /// Not, or no longer, a regular file.
    Special,
    /// It could not be opened or read.
    Io(io::Error),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A file's bytes.
#[derive(Debug)]
pub(super) struct Contents<'r> {
    small: &'r [u8],
    /// The bytes of a large file instead; the turn ends with them.
    large: Option<MutexGuard<'static, Vec<u8>>>,
    /// Whether the file's size changed meanwhile.
    pub changed: bool,
}

impl Contents<'_> {
    /// All that was read.
    pub(super) fn bytes(&self) -> &[u8] {
        self.large.as_ref().map_or(self.small, |large| large)
    }
}

/// The buffers of one thread.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// For files that one read gives whole. Stays as long as the longest of them was: what is to be read over
    /// need not be cleared.
    room: Vec<u8>,
    /// For files that do not say how long they are, or changed.
    odd: Vec<u8>,
}

impl Reader {
    /// The contents of the regular file at `path`, which is not followed when it is a link and not
    /// waited for when it turns out to be a FIFO.
    pub(super) fn read(&mut self, path: &Path, limit: u64) -> Result<Contents<'_>, Problem> {
        let mut file = open(path)?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(Problem::Special);
        }
        if meta.len() > limit {
            return Err(Problem::TooLarge);
        }
        let is_large = meta.len() > LARGE;
        if !is_large && let Some(len) = read_at_once(&mut file, meta.len(), &mut self.room)? {
            return Ok(Contents { small: &self.room[..len], large: None, changed: false });
        }
        let mut large = is_large.then(|| LARGE_FILE.lock().unwrap_or_else(PoisonError::into_inner));
        let buffer = large.as_deref_mut().unwrap_or(&mut self.odd);
        make_room(buffer, meta.len());
        file.rewind()?;
        (&mut file).take(limit.saturating_add(1)).read_to_end(buffer)?;
        let len = buffer.len() as u64;
        if len > limit {
            return Err(Problem::TooLarge);
        }
        // Files of a virtual file system say 0 and hold more.
        let changed = len != meta.len() && meta.len() != 0;
        Ok(Contents { small: &self.odd, large, changed })
    }
}

/// Reads a file that says how long it is in one read; `None` unless that was all: it is where a regular file
/// gave as much as it said although there was room for more. Most files are that, and a second read would only
/// be told that there is no more.
fn read_at_once(file: &mut File, len: u64, room: &mut Vec<u8>) -> io::Result<Option<usize>> {
    let len = usize::try_from(len).unwrap_or(0);
    if room.len() <= len {
        room.reserve_exact(len + 1 - room.len());
        room.resize(len + 1, 0);
    }
    let read = match file.read(&mut room[..=len]) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
        read => read?,
    };
    Ok((len > 0 && read == len).then_some(len))
}

/// Empties a buffer and makes room. The one for large files keeps its size; what a small file that said less
/// than it held left behind is given back.
fn make_room(buffer: &mut Vec<u8>, len: u64) {
    buffer.clear();
    // One byte more, so that the read that sees the end needs no new allocation.
    let wanted = usize::try_from(len).unwrap_or(0).saturating_add(1);
    let is_swollen = len <= LARGE && buffer.capacity() as u64 > 2 * LARGE;
    if buffer.capacity() < wanted || is_swollen {
        *buffer = Vec::new();
        buffer.reserve_exact(wanted);
    }
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).open(path)
}
