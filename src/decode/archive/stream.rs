//! Compressed files without members: gzip, bzip2, xz, zstd, and deflate for zip.

use std::io::{self, Read};

use ruzstd::decoding::StreamingDecoder;

use super::meter::Meter;
use super::{Format, Problem};

/// Memory that a stream may demand for its window, in KiB: `xz -9` needs 64 MiB.
const MOST_WINDOW: u32 = 128 << 10;

/// The content of a compressed file, as far as it can be read, and why no further.
pub(super) fn expand(format: Format, bytes: &[u8], meter: &mut Meter) -> (Vec<u8>, Option<Problem>) {
    match format {
        Format::Gzip => meter.read(flate2::bufread::MultiGzDecoder::new(bytes), bytes.len()),
        Format::Bzip2 => meter.read(bzip2::bufread::MultiBzDecoder::new(bytes), bytes.len()),
        Format::Xz => meter.read(lzma_rust2::XzReader::new_mem_limit(bytes, true, MOST_WINDOW), bytes.len()),
        Format::Zstd => meter.read(Frames { rest: bytes, current: None }, bytes.len()),
        Format::Zip | Format::Tar => (bytes.to_vec(), None),
    }
}

/// The content of a deflated zip member.
pub(super) fn inflate(bytes: &[u8], meter: &mut Meter) -> (Vec<u8>, Option<Problem>) {
    meter.read(flate2::bufread::DeflateDecoder::new(bytes), bytes.len())
}

/// A zstd file: frames one behind the other.
struct Frames<'a> {
    rest: &'a [u8],
    current: Option<Box<StreamingDecoder<&'a [u8], ruzstd::decoding::FrameDecoder>>>,
}

impl Frames<'_> {
    /// Opens the next frame; skips those without content. False at the end.
    fn open(&mut self) -> io::Result<bool> {
        while let [a, 0x2a, 0x4d, 0x18, l0, l1, l2, l3, behind @ ..] = self.rest
            && a & 0xf0 == 0x50
        {
            let len = u32::from_le_bytes([*l0, *l1, *l2, *l3]) as usize;
            self.rest = behind.get(len..).unwrap_or(&[]);
        }
        if self.rest.is_empty() {
            return Ok(false);
        }
        let decoder = StreamingDecoder::new(self.rest).map_err(|e| io::Error::other(e.to_string()))?;
        self.current = Some(Box::new(decoder));
        Ok(true)
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(decoder) = &mut self.current {
                let n = decoder.read(buffer)?;
                if n > 0 {
                    return Ok(n);
                }
                self.rest = decoder.get_ref();
                self.current = None;
            }
            if !self.open()? {
                return Ok(0);
            }
        }
    }
}
