//! What the verifiers share: digits in a base, forgiving base64, and checking by recomputing.
//!
//! Takes bytes or text of any kind, gives values; nothing here knows a provider.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::finding::Checksum;

/// Digits, upper case, lower case: GitHub's order. Taking the other order swaps the case of the result,
/// which is the usual mistake.
pub(super) const UPPER_FIRST: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits, lower case, upper case: Apify's order.
pub(super) const LOWER_FIRST: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Digits and lower case: what Ruby's `to_s(36)` writes, and so GitLab.
pub(super) const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Base64 as found in the wild: with or without padding, with left-over bits that are not zero.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// CRC-32/ISO-HDLC, the one of zlib and PNG.
pub(super) fn crc32(text: &str) -> u32 {
    crc32fast::hash(text.as_bytes())
}

/// `value` in the base of `alphabet`, most significant digit first, filled up to `width` on the left.
pub(super) fn digits(mut value: u32, alphabet: &[u8], width: usize) -> String {
    let base = alphabet.len() as u32;
    let mut reversed = Vec::with_capacity(width);
    while value > 0 || reversed.len() < width {
        reversed.extend(alphabet.get((value % base) as usize).map(|&digit| char::from(digit)));
        value /= base;
    }
    reversed.iter().rev().collect()
}

/// Decodes base64 in either alphabet.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let url_safe: Vec<u8> = text
        .iter()
        .map(|&byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => other,
        })
        .collect();
    FORGIVING.decode(url_safe).ok()
}

/// Decodes as much of base64 text as makes whole bytes, for text that was cut.
pub(super) fn base64_cut(text: &[u8]) -> Option<Vec<u8>> {
    // A single character behind the last group of four holds no whole byte, and no decoder takes it.
    let whole = if text.len() % 4 == 1 { text.len() - 1 } else { text.len() };
    base64(text.get(..whole)?)
}

/// Whether `text` has at least one character and holds only letters, digits and those of `more`.
pub(super) fn is_plain(text: &str, more: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

/// Valid when `tail` computes the last `width` bytes of the secret from what stands before them.
pub(super) fn recompute(secret: &[u8], width: usize, tail: fn(&str) -> Option<String>) -> Checksum {
    let agrees = || {
        let text = std::str::from_utf8(secret).ok()?;
        let (head, given) = text.split_at_checked(text.len().checked_sub(width)?)?;
        Some(tail(head)? == given)
    };
    if agrees() == Some(true) { Checksum::Valid } else { Checksum::Invalid }
}

/// For formats that have a shape and no checksum: the right shape proves nothing, a wrong one does.
pub(super) fn shape(fits: bool) -> Checksum {
    if fits { Checksum::None } else { Checksum::Invalid }
}
