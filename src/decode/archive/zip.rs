//! Zip archives: what the central directory names.

use bstr::{BStr, BString, ByteSlice};
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive};

use super::{Format, Problem, Unpacker, join, stream};

impl Unpacker<'_> {
    /// The members of a zip.
    pub(super) fn zip(&mut self, bytes: &[u8], path: &BStr, depth: u8) -> Result<(), Problem> {
        let archive = ZipArchive::from_slice(bytes).map_err(damaged)?;
        let mut entries = archive.entries();
        let mut first = true;
        loop {
            match entries.next_entry() {
                Ok(None) => return Ok(()),
                Ok(Some(entry)) => self.zip_member(&archive, &entry, path, depth)?,
                Err(error) if first => return Err(damaged(error)),
                Err(error) => {
                    self.give(path, Err(damaged(error)));
                    return Ok(());
                }
            }
            first = false;
        }
    }

    fn zip_member(
        &mut self,
        archive: &ZipSliceArchive<&[u8]>,
        entry: &ZipFileHeaderRecord<'_>,
        path: &BStr,
        depth: u8,
    ) -> Result<(), Problem> {
        self.meter.entry()?;
        self.meter.overrun()?;
        if entry.is_dir() {
            return Ok(());
        }
        let path = join(path, BString::from(entry.file_path().as_bytes()).as_bstr());
        match self.zip_content(archive, entry) {
            Ok((content, problem)) => self.member(path.as_ref(), &content, problem, depth),
            Err(problem) => self.give(path.as_ref(), Err(problem)),
        }
        Ok(())
    }

    fn zip_content(
        &mut self,
        archive: &ZipSliceArchive<&[u8]>,
        entry: &ZipFileHeaderRecord<'_>,
    ) -> Result<(Vec<u8>, Option<Problem>), Problem> {
        if entry.flags().is_encrypted() {
            return Err(Problem::Encrypted);
        }
        let local = archive.get_entry(entry.wayfinder()).map_err(damaged)?;
        let packed = local.data();
        let meter = &mut self.meter;
        match entry.compression_method() {
            CompressionMethod::STORE => Ok(meter.read(packed, packed.len())),
            CompressionMethod::DEFLATE => Ok(stream::inflate(packed, meter)),
            CompressionMethod::BZIP2 => Ok(stream::expand(Format::Bzip2, packed, meter)),
            CompressionMethod::XZ => Ok(stream::expand(Format::Xz, packed, meter)),
            CompressionMethod::ZSTD => Ok(stream::expand(Format::Zstd, packed, meter)),
            other => Err(Problem::Unsupported(method_name(other))),
        }
    }
}

fn method_name(method: CompressionMethod) -> String {
    method.name().map_or_else(|| format!("zip method {}", method.as_u16()), str::to_owned)
}

fn damaged(error: rawzip::Error) -> Problem {
    Problem::Corrupt(error.to_string())
}
