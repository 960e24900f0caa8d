//! PyPI's tokens: a binary macaroon of version 2 in base64url behind `pypi-`.
//!
//! Takes the token and looks at both ends of the macaroon: version and location at the start, a signature
//! of 32 bytes as the very last thing. Source: libmacaroons' description of the format. The signature
//! can only be checked with PyPI's key; the 32 fixed bits before it come about by no accident, and are
//! lost as soon as a character is added or taken away. Caveats in between are of no concern here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::text::{base64, base64_cut};
use crate::finding::Checksum;

const PREFIX: &str = "pypi-";
/// Version 2, then the field that says where the macaroon is used.
const START: [u8; 2] = [2, 1];
/// The end of identifier or last caveat, the end of all caveats, and a signature field of 32 bytes.
const BEFORE_SIGNATURE: [u8; 4] = [0, 0, 6, 32];

/// Valid when the token begins and ends as PyPI's macaroons do.
pub(super) fn verify(secret: &[u8]) -> Checksum {
    let macaroon = secret.strip_prefix(PREFIX.as_bytes()).and_then(base64);
    if macaroon.is_some_and(|bytes| is_framed(&bytes)) { Checksum::Valid } else { Checksum::Invalid }
}

/// The signature of a token that has the rest, made up from a hash of it.
pub(super) fn tail(text: &str) -> Option<String> {
    let encoded = text.strip_prefix(PREFIX)?;
    let mut bytes = base64_cut(encoded.as_bytes())?;
    let missing = encoded.len().wrapping_neg() % 4;
    if missing > 0 {
        // The last character holds some bits of the next byte already.
        let filled = base64(format!("{encoded}{}", "A".repeat(missing)).as_bytes())?;
        bytes.push(*filled.get(bytes.len())?);
    }
    bytes.extend(BEFORE_SIGNATURE);
    bytes.extend(Sha256::digest(text));
    let whole = URL_SAFE_NO_PAD.encode(&bytes);
    whole.strip_prefix(encoded).filter(|_| is_framed(&bytes)).map(str::to_owned)
}

fn is_framed(macaroon: &[u8]) -> bool {
    let signed = macaroon.split_last_chunk::<32>().and_then(|(head, _)| head.strip_suffix(&BEFORE_SIGNATURE));
    let located = signed.and_then(|head| head.strip_prefix(&START)).and_then(<[u8]>::split_first);
    // The length is one byte as long as it is below 128, which a host's name is.
    located.is_some_and(|(&length, rest)| length < 128 && usize::from(length) < rest.len())
}
