//! Azure's identifiable keys, and the common annotated keys that follow them.
//!
//! Takes base64 keys. Identifiable ones have a signature of four characters ten places before the end,
//! and close with a Marvin32 hash of all bytes before it under a seed that is the service's own.
//! Annotated ones ("CASK") have fixed characters in fixed places. Source of both: Microsoft's
//! security-utilities; the seeds of other signatures than those below are not used, for want of examples.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::text::{base64, shape};
use crate::finding::Checksum;

/// One service's mark, the only place it stands at, and the seeds that its keys are hashed with.
struct Signature {
    text: &'static str,
    at: usize,
    seeds: &'static [&'static [u8; 8]],
}

const fn signature(text: &'static str, at: usize, seeds: &'static [&'static [u8; 8]]) -> Signature {
    Signature { text, at, seeds }
}

const COSMOS_SEEDS: &[&[u8; 8]] =
    &[b"MastRW00", b"SysAll00", b"Resour00", b"MastRO00", b"SystRO00", b"Encryp00", b"SystRW00"];

static SIGNATURES: [Signature; 14] = [
    signature("+ASt", 76, &[b"Default0"]),
    signature("ACDb", 76, COSMOS_SEEDS),
    signature("AzCa", 33, &[b"Access00"]),
    signature("AzSe", 42, &[b"Query000", b"PAdmin00"]),
    signature("AzFu", 44, &[]),
    signature("+ACR", 42, &[]),
    signature("+ASb", 33, &[]),
    signature("+AEh", 33, &[]),
    signature("+ARm", 33, &[]),
    signature("AIoT", 33, &[]),
    signature("APIM", 76, &[]),
    signature("+ABa", 76, &[]),
    signature("/AM7", 76, &[]),
    signature("+AMC", 76, &[]),
];

/// Valid when one of the service's seeds gives the hash; none where no seed of the service is known;
/// invalid where no service's signature stands in its place.
pub(super) fn marvin(secret: &[u8]) -> Checksum {
    let text = secret.strip_suffix(b"==").or_else(|| secret.strip_suffix(b"=")).unwrap_or(secret);
    let Some(signature) = text.len().checked_sub(6).and_then(|end| find_signature(text.get(..end)?)) else {
        return Checksum::Invalid;
    };
    if signature.seeds.is_empty() {
        return Checksum::None;
    }
    if hash_agrees(text, signature.seeds) { Checksum::Valid } else { Checksum::Invalid }
}

/// The hash and its padding for a key that ends in a signature; under the first seed of the service.
pub(super) fn marvin_tail(text: &str) -> Option<String> {
    let seed = find_signature(text.as_bytes())?.seeds.first()?;
    // The signature need not end with a whole byte; the bits up to the next one are zero.
    let padded = format!("{text}{}", "A".repeat(text.len().wrapping_neg() % 4));
    let mut key = base64(padded.as_bytes())?;
    key.truncate((text.len() * 6).div_ceil(8));
    key.extend(marvin32(&key, seed).to_le_bytes());
    STANDARD.encode(key).strip_prefix(text).map(str::to_owned)
}

/// The signature that closes `head`, the text before the hash.
fn find_signature(head: &[u8]) -> Option<&'static Signature> {
    let at = head.len().checked_sub(4)?;
    SIGNATURES.iter().find(|known| known.at == at && head.ends_with(known.text.as_bytes()))
}

fn hash_agrees(text: &[u8], seeds: &[&[u8; 8]]) -> bool {
    let Some(key) = base64(text) else { return false };
    let Some((data, given)) = key.split_last_chunk::<4>() else { return false };
    seeds.iter().any(|seed| marvin32(data, seed) == u32::from_le_bytes(*given))
}

/// Marvin32 as .NET has it, with both halves of the result folded together. A seed is eight letters,
/// read as a big-endian number.
fn marvin32(data: &[u8], seed: &[u8; 8]) -> u32 {
    let seed = u64::from_be_bytes(*seed);
    let mut state = (seed as u32, (seed >> 32) as u32);
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        state = mix(state, u32::from_le_bytes(*word));
    }
    let last = rest.iter().rev().fold(0x80_u32, |word, &byte| word << 8 | u32::from(byte));
    let (low, high) = mix(mix(state, last), 0);
    low ^ high
}

/// One round over the next word.
fn mix((low, high): (u32, u32), word: u32) -> (u32, u32) {
    let low = low.wrapping_add(word);
    let high = high ^ low;
    let low = low.rotate_left(20).wrapping_add(high);
    let high = high.rotate_left(9) ^ low;
    let low = low.rotate_left(27).wrapping_add(high);
    (low, high.rotate_left(19))
}

/// Whether the fixed characters of an annotated key stand in their places. Its checksum's seed is not
/// public, so the best it can say is none.
pub(super) fn cask(secret: &[u8]) -> Checksum {
    let layout = || {
        let (key, more) = secret.split_at_checked(84)?;
        let long = more.is_empty() || matches!(more, [a, b, b'=', b'='] if both_alphanumeric(*a, *b));
        let plain = key.iter().all(u8::is_ascii_alphanumeric);
        let fixed = key.get(52..57)? == b"JQQJ9" && b"9DH".contains(key.get(57)?);
        let month = matches!(key.get(59)?, b'A'..=b'L');
        let provider = key.get(76)?.is_ascii_alphabetic();
        Some(long && plain && fixed && month && provider)
    };
    shape(layout() == Some(true))
}

fn both_alphanumeric(a: u8, b: u8) -> bool {
    a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric()
}
