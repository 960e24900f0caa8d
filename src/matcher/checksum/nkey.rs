//! NATS' seeds: base32 of two bytes for kind and role, 32 of seed, and a CRC-16 of what stands before it.
//!
//! Source: `strkey.go` and `crc16.go` of <https://github.com/nats-io/nkeys>.

use crate::finding::Checksum;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Characters before the last 16 bits: two of the bits of the next belong to the seed still.
const HEAD: usize = 54;

/// Characters of a whole seed.
const LEN: usize = 58;

/// Valid when the last 16 bits are the checksum of the 34 bytes before them.
pub(super) fn verify(secret: &[u8]) -> Checksum {
    match decode(secret)
        .and_then(|bytes| Some(bytes.split_at_checked(34)?.1 == crc16(bytes.get(..34)?).to_le_bytes()))
    {
        Some(true) => Checksum::Valid,
        _ => Checksum::Invalid,
    }
}

/// The last four characters, for a seed that ends in two bits of nought.
pub(super) fn tail(head: &str) -> Option<String> {
    if head.len() != HEAD || !head.starts_with('S') {
        return None;
    }
    let [low, high] = crc16(decode(format!("{head}AAAA").as_bytes())?.get(..34)?).to_le_bytes();
    // Two bits of the seed, the checksum, two bits that fill the last character up.
    let bits = (u32::from(low) << 8 | u32::from(high)) << 2;
    let digit = |shift: u32| ALPHABET.get((bits >> shift & 31) as usize).map(|b| char::from(*b));
    [15, 10, 5, 0].into_iter().map(digit).collect()
}

/// The 36 bytes of a seed.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() != LEN {
        return None;
    }
    let (mut bits, mut held, mut bytes) = (0u32, 0, Vec::with_capacity(36));
    for byte in text {
        bits = bits << 5 | u32::try_from(ALPHABET.iter().position(|b| b == byte)?).ok()?;
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 255) as u8);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

/// CRC-16 as XMODEM has it: polynomial 0x1021, begun with nought.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(
            sum ^ u16::from(*byte) << 8,
            |sum, _| {
                if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 }
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_algorithm() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn a_completed_seed_is_valid_and_an_edited_one_is_not() {
        let head = format!("SUAB{}", "Q7".repeat(25));
        let seed = head.clone() + &tail(&head).unwrap();
        assert_eq!(verify(seed.as_bytes()), Checksum::Valid);
        assert_eq!(verify(seed.replace("SUAB", "SUAC").as_bytes()), Checksum::Invalid);
        assert_eq!(verify(b"SUAB"), Checksum::Invalid);
        assert_eq!(tail("SUAB1"), None);
    }
}
