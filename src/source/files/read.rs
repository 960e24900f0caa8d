//! Reads a file whole, into a buffer that is used again.
//!
//! Files are not mapped: a mapped file that another process cuts short kills the reader. Memory stays
//! bounded because only one thread at a time holds a file of more than [`LARGE`] bytes.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// From this size on, in bytes, files are read by one thread at a time.
const LARGE: u64 = 8 << 20;

static LARGE_FILE: Mutex<()> = Mutex::new(());

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
    /// All that was read.
    pub bytes: &'r [u8],
    /// Whether the file's size changed meanwhile.
    pub changed: bool,
    _turn: Option<MutexGuard<'static, ()>>,
}

/// A buffer for one thread.
#[derive(Debug, Default)]
pub(super) struct Reader {
    buffer: Vec<u8>,
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
        let turn = (meta.len() > LARGE).then(|| LARGE_FILE.lock().unwrap_or_else(PoisonError::into_inner));
        self.make_room(meta.len());
        (&mut file).take(limit.saturating_add(1)).read_to_end(&mut self.buffer)?;
        let len = self.buffer.len() as u64;
        if len > limit {
            return Err(Problem::TooLarge);
        }
        // Files of a virtual file system say 0 and hold more.
        let changed = len != meta.len() && meta.len() != 0;
        Ok(Contents { bytes: &self.buffer, changed, _turn: turn })
    }

    /// Empties the buffer; what a large file left behind is given back before the next file is read.
    fn make_room(&mut self, len: u64) {
        self.buffer.clear();
        if self.buffer.capacity() as u64 > LARGE.max(len) {
            self.buffer = Vec::new();
        }
        // One byte more, so that the read that sees the end needs no new allocation.
        self.buffer.reserve_exact(usize::try_from(len).unwrap_or(0).saturating_add(1));
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
