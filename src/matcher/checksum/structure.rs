//! Tokens that carry something readable and no checksum: AWS key ids, basic authentication, Discord.
//!
//! Takes the token, gives invalid where the readable part is impossible, else none.

use super::text::{base64, shape};
use crate::finding::Checksum;

/// Account numbers have at most twelve digits.
const ACCOUNTS: std::ops::Range<u64> = 1..1_000_000_000_000;

/// AWS documents key ids as four letters and base32; published analyses found the account's number in it.
pub(super) fn aws_key_id(secret: &[u8]) -> Checksum {
    let Some(bits) = key_bits(secret) else { return Checksum::Invalid };
    shape(is_old(secret) || ACCOUNTS.contains(&account(bits)))
}

/// The number of the account that an AWS key id belongs to: bits 1 to 40 of the base32 behind the four
/// letters of the prefix, as published analyses of such ids found. `None` for other text, for numbers
/// that no account can have, and for ids from before 2019, which hold none.
pub fn aws_account(key: &[u8]) -> Option<u64> {
    let account = account(key_bits(key)?);
    (!is_old(key) && ACCOUNTS.contains(&account)).then_some(account)
}

/// The 80 bits of a key id's base32 part.
fn key_bits(key: &[u8]) -> Option<u128> {
    let (prefix, encoded) = key.split_at_checked(4)?;
    if encoded.len() != 16 || !prefix.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    encoded.iter().try_fold(0, |bits, &digit| Some(bits << 5 | u128::from(base32_value(digit)?)))
}

fn base32_value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'2'..=b'7' => Some(digit - b'2' + 26),
        _ => None,
    }
}

/// Bit 0 is set in all newer ids and belongs to no number.
fn account(bits: u128) -> u64 {
    ((bits >> 39) & ((1 << 40) - 1)) as u64
}

/// Ids from before March 2019 are told by the first letter behind the prefix.
fn is_old(key: &[u8]) -> bool {
    matches!(key.get(4), Some(b'I' | b'J'))
}

/// RFC 7617: base64 of a name, a colon and a password, all of it printable.
pub(super) fn base64_colon(secret: &[u8]) -> Checksum {
    let text = base64(secret).and_then(|bytes| String::from_utf8(bytes).ok());
    let fits = |text: &str| {
        let sides = text.split_once(':');
        !text.contains(char::is_control) && sides.is_some_and(|(a, b)| !a.is_empty() && !b.is_empty())
    };
    shape(text.is_some_and(|text| fits(&text)))
}

/// Discord's documentation: the first part of a bot's token is its id, 17 to 20 digits, in base64.
pub(super) fn discord_id(secret: &[u8]) -> Checksum {
    let first = secret.split(|&byte| byte == b'.').next().and_then(base64);
    let is_id = |id: &[u8]| (17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit);
    shape(secret.contains(&b'.') && first.is_some_and(|id| is_id(&id)))
}
