//! Counts what comes out of archives against the limits.

use std::io::{self, Read};

use super::{FREE, Limits, Problem};

/// What is left of the limits, for an archive with everything nested in it.
#[derive(Debug)]
pub(super) struct Meter {
    bytes: u64,
    entries: u64,
    ratio: u64,
}

/// Bytes read at a time.
const CHUNK: usize = 64 << 10;

impl Meter {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { bytes: limits.total, entries: limits.entries, ratio: limits.ratio }
    }

    /// Counts a member.
    pub(super) fn entry(&mut self) -> Result<(), Problem> {
        self.entries = self.entries.checked_sub(1).ok_or(Problem::Limit("too many members"))?;
        Ok(())
    }

    /// Says so when nothing may come out any more.
    pub(super) fn overrun(&self) -> Result<(), Problem> {
        if self.bytes == 0 { Err(Problem::Limit("members too large together")) } else { Ok(()) }
    }

    /// Reads to the end or to a limit; what was read counts even where an error ends it. `packed` is the
    /// size of the compressed form.
    pub(super) fn read(&mut self, mut reader: impl Read, packed: usize) -> (Vec<u8>, Option<Problem>) {
        let most = FREE.max(self.ratio.saturating_mul(packed as u64));
        let mut out = Vec::new();
        let problem = loop {
            let room = self.bytes.min(most - out.len() as u64);
            match read_chunk(&mut reader, &mut out, CHUNK.min(usize::try_from(room).unwrap_or(CHUNK))) {
                Ok(0) if room == 0 => break self.stopped(&mut reader, most == out.len() as u64),
                Ok(0) => break None,
                Ok(n) => self.bytes -= n as u64,
                Err(error) => break Some(Problem::Corrupt(error.to_string())),
            }
        };
        (out, problem)
    }

    /// The problem of a reader that still has bytes when no more are wanted.
    fn stopped(&self, reader: &mut impl Read, by_ratio: bool) -> Option<Problem> {
        match reader.read(&mut [0]) {
            Ok(0) => None,
            Err(error) => Some(Problem::Corrupt(error.to_string())),
            Ok(_) if by_ratio => Some(Problem::Limit("expands too much")),
            Ok(_) => Some(Problem::Limit("members too large together")),
        }
    }
}

/// Appends at most `most` bytes; 0 at the end.
fn read_chunk(reader: &mut impl Read, out: &mut Vec<u8>, most: usize) -> io::Result<usize> {
    let before = out.len();
    out.resize(before + most, 0);
    let mut read = || loop {
        match reader.read(&mut out[before..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    };
    let result = read();
    out.truncate(before + result.as_ref().copied().unwrap_or(0));
    result
}
