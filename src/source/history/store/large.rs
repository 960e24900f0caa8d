//! Large entries of packs: inflated piece by piece, so that their compressed form is never in memory as a
//! whole.

use std::io::{self, BufReader, Read};

use flate2::bufread::ZlibDecoder;

/// From this size on, in bytes, an entry is large.
pub(super) const LARGE: u64 = 16 << 20;
/// Bytes that are read in one go.
const PIECE: usize = 1 << 16;

/// Fills `into` with what the zlib stream that `source` begins with holds, which must be just as much.
pub(super) fn inflate(source: impl Read, into: &mut [u8]) -> io::Result<()> {
    let mut stream = ZlibDecoder::new(BufReader::with_capacity(PIECE, source));
    stream.read_exact(into)?;
    // Behind the end the checksum is compared.
    if stream.read(&mut [0])? == 0 { Ok(()) } else { Err(io::Error::other("longer than it says")) }
}
