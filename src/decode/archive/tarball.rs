//! Tar archives.

use std::io::Cursor;

use bstr::BStr;

use super::{Problem, Unpacker, join};

impl Unpacker<'_> {
    /// The files of a tar. A damaged header ends it: where the next one stands is unknown then.
    pub(super) fn tar(&mut self, bytes: &[u8], path: &BStr, depth: u8) -> Result<(), Problem> {
        let mut archive = tar::Archive::new(Cursor::new(bytes));
        let damaged = |error: std::io::Error| Problem::Corrupt(error.to_string());
        let mut first = true;
        for entry in archive.entries_with_seek().map_err(damaged)? {
            match entry {
                Ok(entry) => self.tar_member(bytes, entry, path, depth)?,
                Err(error) if first => return Err(damaged(error)),
                Err(error) => {
                    self.give(path, Err(damaged(error)));
                    return Ok(());
                }
            }
            first = false;
        }
        Ok(())
    }

    fn tar_member(
        &mut self,
        archive: &[u8],
        entry: tar::Entry<'_, Cursor<&[u8]>>,
        path: &BStr,
        depth: u8,
    ) -> Result<(), Problem> {
        self.meter.entry()?;
        self.meter.overrun()?;
        let kind = entry.header().entry_type();
        if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
            return Ok(());
        }
        let path = join(path, BStr::new(&entry.path_bytes()));
        let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
        match stands_at(archive, &entry, size) {
            Some(content) if !kind.is_gnu_sparse() => {
                let (content, problem) = self.meter.stored(content);
                self.member(path.as_ref(), content, problem, depth);
            }
            _ => {
                let (content, problem) = self.meter.read(entry, size);
                let is_cut = problem.is_none() && content.len() < size;
                let problem =
                    problem.or_else(|| is_cut.then(|| Problem::Corrupt("member cut off".to_owned())));
                self.member(path.as_ref(), &content, problem, depth);
            }
        }
        Ok(())
    }
}

/// The content of a member, where the archive holds it whole and in one piece.
fn stands_at<'a>(archive: &'a [u8], entry: &tar::Entry<'_, Cursor<&[u8]>>, size: usize) -> Option<&'a [u8]> {
    let start = usize::try_from(entry.raw_file_position()).ok()?;
    archive.get(start..)?.get(..size)
}
