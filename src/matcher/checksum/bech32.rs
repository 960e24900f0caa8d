//! Bech32, the encoding of age's secret keys.
//!
//! Takes text of the form `HRP 1 DATA CHECKSUM`; source: BIP-173. Its limit of 90 characters is not
//! applied, as age drops it for plugin identities.

use super::text::{is_plain, recompute};
use crate::finding::Checksum;

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];

/// Valid when the six last characters are the checksum of what stands before them.
pub(super) fn verify(secret: &[u8]) -> Checksum {
    recompute(secret, 6, tail)
}

/// The checksum, in the letter case of the text; mixed case is never right.
pub(super) fn tail(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let is_lower = text == lower;
    if !is_lower && text != text.to_ascii_uppercase() {
        return None;
    }
    let (hrp, data) = lower.rsplit_once('1')?;
    let sum = is_plain(hrp, "-").then(|| checksum(hrp, data))??;
    Some(if is_lower { sum } else { sum.to_ascii_uppercase() })
}

/// The checksum of lower-case parts, unless the data has a character that stands for no value.
fn checksum(hrp: &str, data: &str) -> Option<String> {
    let value = |c: u8| ALPHABET.iter().position(|&known| known == c).map(|at| at as u32);
    let data: Vec<u32> = data.bytes().map(value).collect::<Option<_>>()?;
    let high = hrp.bytes().map(|c| u32::from(c >> 5));
    let low = hrp.bytes().map(|c| u32::from(c & 31));
    let sum = high.chain([0]).chain(low).chain(data).chain([0; 6]).fold(1, step) ^ 1;
    (0..6).map(|i| ALPHABET.get((sum >> (5 * (5 - i))) as usize % 32).map(|&c| char::from(c))).collect()
}

/// One step of the division by the code's generator.
fn step(state: u32, value: u32) -> u32 {
    let shifted = (state & 0x01ff_ffff) << 5 ^ value;
    let top = state >> 25;
    let picked = GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1);
    picked.fold(shifted, |sum, (_, term)| sum ^ term)
}
