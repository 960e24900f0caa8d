//! Counts what comes out of archives against the limits.

use std::io::Read;

use super::{FREE, Limits, Problem};

/// What is left of the limits, for an archive with everything nested in it.
#[derive(Debug)]
pub(super) struct Meter {
    bytes: u64,
    entries: u64,
    ratio: u64,
}

const TOO_LARGE: &str = "members too large together";

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
        if self.bytes == 0 { Err(Problem::Limit(TOO_LARGE)) } else { Ok(()) }
    }

    /// Counts a member whose `bytes` stand in the archive as they are: those that may be looked at, and why
    /// not the others.
    pub(super) fn stored<'a>(&mut self, bytes: &'a [u8]) -> (&'a [u8], Option<Problem>) {
        let most = usize::try_from(self.bytes).unwrap_or(usize::MAX);
        let (seen, problem) = match bytes.get(..most) {
            Some(seen) if bytes.len() > most => (seen, Some(Problem::Limit(TOO_LARGE))),
            _ => (bytes, None),
        };
        self.bytes -= seen.len() as u64;
        (seen, problem)
    }

    /// Reads to the end or to a limit; what was read counts even where an error ends it. `packed` is the
    /// size of the compressed form.
    pub(super) fn read(&mut self, mut reader: impl Read, packed: usize) -> (Vec<u8>, Option<Problem>) {
        let most = FREE.max(self.ratio.saturating_mul(packed as u64));
        let room = self.bytes.min(most);
        let mut out = Vec::new();
        let result = reader.by_ref().take(room).read_to_end(&mut out);
        let read = out.len() as u64;
        self.bytes -= read;
        let problem = match result {
            Ok(_) if read == room => self.stopped(&mut reader, most == read),
            Ok(_) => None,
            Err(error) => Some(Problem::Corrupt(error.to_string())),
        };
        (out, problem)
    }

    /// The problem of a reader that still has bytes when no more are wanted.
    fn stopped(&self, reader: &mut impl Read, by_ratio: bool) -> Option<Problem> {
        match reader.read(&mut [0]) {
            Ok(0) => None,
            Err(error) => Some(Problem::Corrupt(error.to_string())),
            Ok(_) if by_ratio => Some(Problem::Limit("expands too much")),
            Ok(_) => Some(Problem::Limit(TOO_LARGE)),
        }
    }
}
