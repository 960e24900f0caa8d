//! Tar archives.

use bstr::{BStr, BString};

use super::{Problem, Unpacker, join};

impl Unpacker<'_> {
    /// The files of a tar. A damaged header ends it: where the next one stands is unknown then.
    pub(super) fn tar(&mut self, bytes: &[u8], path: &BStr, depth: u8) -> Result<(), Problem> {
        let mut archive = tar::Archive::new(bytes);
        let damaged = |error: std::io::Error| Problem::Corrupt(error.to_string());
        let mut first = true;
        for entry in archive.entries().map_err(damaged)? {
            match entry {
                Ok(entry) => self.tar_member(entry, path, depth)?,
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

    fn tar_member(&mut self, entry: tar::Entry<'_, &[u8]>, path: &BStr, depth: u8) -> Result<(), Problem> {
        self.meter.entry()?;
        self.meter.overrun()?;
        let kind = entry.header().entry_type();
        if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
            return Ok(());
        }
        let name = BString::from(entry.path_bytes().into_owned());
        let packed = usize::try_from(entry.header().entry_size().unwrap_or(0)).unwrap_or(usize::MAX);
        let (content, problem) = self.meter.read(entry, packed);
        self.member(join(path, name.as_ref()).as_ref(), &content, problem, depth);
        Ok(())
    }
}
