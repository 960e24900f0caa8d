//! Reads text files that the user names: rules, configs, baselines. They are files of a few kilobytes; one
//! that has no end, such as a device, must not be read for ever.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Largest file that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// The text of a file.
///
/// # Errors
/// It cannot be read, is no UTF-8, or is larger than 64 MiB.
pub(crate) fn read(file: &Path) -> io::Result<String> {
    let invalid = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why);
    let mut bytes = Vec::new();
    File::open(file)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(invalid("larger than 64 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| invalid("no UTF-8 text"))
}
