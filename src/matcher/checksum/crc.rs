//! Tokens that end in a CRC-32 of what stands before it, and GitHub's one that ends in a hash.
//!
//! Each format is a `..._tail` function that computes the checksum from the text before it; the verifier
//! beside it compares. The tails insist on the provider's prefix and characters, because a sample's
//! `sum` hole tries several beginnings and takes the first that a tail accepts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sha2::{Digest, Sha256};

use super::text::{LOWER_FIRST, UPPER_FIRST, crc32, digits, is_plain, recompute};
use crate::finding::Checksum;

/// GitHub's blog of 2021: CRC-32 in base62, six digits, over what stands between the prefix's underscore
/// and the checksum. npm's and Vercel's tokens do the same.
pub(super) fn github(secret: &[u8]) -> Checksum {
    match recompute(secret, 6, github_tail) {
        // No published installation token of the old opaque form has a right checksum, so a wrong one
        // tells nothing.
        Checksum::Invalid if secret.starts_with(b"ghs_") => Checksum::None,
        verdict => verdict,
    }
}

pub(super) fn github_tail(head: &str) -> Option<String> {
    // Vercel's bodies may hold underscores, so it is the first one that ends the prefix.
    let (prefix, body) = head.split_once('_')?;
    (is_plain(prefix, "") && is_plain(body, "_-")).then(|| digits(crc32(body), UPPER_FIRST, 6))
}

/// Fine-grained tokens: behind 22 and 43 characters stand the first eight base32 digits of the SHA-256
/// of everything before, then eight characters that mean nothing known. As kingfisher's rule has it.
pub(super) fn github_fine(secret: &[u8]) -> Checksum {
    let free = secret.get(85..).filter(|free| free.len() == 8 && free.iter().all(u8::is_ascii_alphanumeric));
    match (free, secret.get(..85)) {
        (Some(_), Some(checked)) => recompute(checked, 8, github_fine_sum),
        _ => Checksum::Invalid,
    }
}

/// The checksum and eight more digits of the same hash in the place of the free characters.
pub(super) fn github_fine_tail(head: &str) -> Option<String> {
    is_fine_head(head).then(|| base32_of_hash(head, 16))
}

fn github_fine_sum(head: &str) -> Option<String> {
    is_fine_head(head).then(|| base32_of_hash(head, 8))
}

fn is_fine_head(head: &str) -> bool {
    head.strip_prefix("github_pat_").and_then(|rest| rest.split_once('_')).is_some_and(|(id, body)| {
        (id.len(), body.len()) == (22, 43) && is_plain(id, "") && is_plain(body, "")
    })
}

/// The first `count` base32 digits of the SHA-256 of `text`, at most 25.
fn base32_of_hash(text: &str, count: u32) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let start = Sha256::digest(text).iter().take(16).fold(0_u128, |bits, &byte| bits << 8 | u128::from(byte));
    let digit = |index: u32| ALPHABET.get((start >> (123 - 5 * index)) as usize % 32);
    (0..count.min(25)).filter_map(digit).map(|&digit| char::from(digit)).collect()
}

/// Grafana's service account tokens: eight lower-case hex digits of the little-endian CRC-32 of prefix
/// and body, behind an underscore that is not summed.
pub(super) fn grafana(secret: &[u8]) -> Checksum {
    recompute(secret, 8, grafana_tail)
}

pub(super) fn grafana_tail(head: &str) -> Option<String> {
    let summed = head.strip_suffix('_')?;
    let body = summed.strip_prefix("glsa_")?;
    is_plain(body, "").then(|| format!("{:08x}", crc32(summed).swap_bytes()))
}

/// Cloudflare's tokens since April 2026: lower-case hex CRC-32 of what stands behind the prefix.
pub(super) fn cloudflare(secret: &[u8]) -> Checksum {
    recompute(secret, 8, cloudflare_tail)
}

pub(super) fn cloudflare_tail(head: &str) -> Option<String> {
    let (prefix, body) = head.split_once('_')?;
    let ours = prefix.starts_with("cf") && is_plain(prefix, "") && is_plain(body, "");
    ours.then(|| format!("{:08x}", crc32(body)))
}

/// Atlassian's API tokens and Bitbucket's app passwords: upper-case hex CRC-32 of everything before it,
/// the equals sign included. In URLs that sign is written `%3D`.
pub(super) fn atlassian(secret: &[u8]) -> Checksum {
    recompute(secret, 8, atlassian_tail)
}

pub(super) fn atlassian_tail(head: &str) -> Option<String> {
    let head = head.replace("%3D", "=").replace("%3d", "=");
    let api_token = head.starts_with("AT") && head.get(3..7) == Some("TT3x");
    let ours = (api_token || head.starts_with("ATBB")) && is_plain(&head, "_-=");
    ours.then(|| format!("{:08X}", crc32(&head)))
}

/// Canva's client secrets: lower-case hex CRC-32 of everything before it.
pub(super) fn canva(secret: &[u8]) -> Checksum {
    recompute(secret, 8, canva_tail)
}

pub(super) fn canva_tail(head: &str) -> Option<String> {
    let body = head.strip_prefix("cnvca")?;
    is_plain(body, "_-").then(|| format!("{:08x}", crc32(head)))
}

/// Zuplo's API keys: lower-case hex CRC-32 of the body between two underscores.
pub(super) fn zuplo(secret: &[u8]) -> Checksum {
    recompute(secret, 8, zuplo_tail)
}

pub(super) fn zuplo_tail(head: &str) -> Option<String> {
    let body = head.strip_prefix("zpka_")?.strip_suffix('_')?;
    is_plain(body, "").then(|| format!("{:08x}", crc32(body)))
}

/// Confluent's API secrets: base64 of the little-endian CRC-32 of what stands behind the prefix.
pub(super) fn confluent(secret: &[u8]) -> Checksum {
    recompute(secret, 6, confluent_tail)
}

pub(super) fn confluent_tail(head: &str) -> Option<String> {
    let body = head.strip_prefix("cflt")?;
    is_plain(body, "+/").then(|| STANDARD_NO_PAD.encode(crc32(body).to_le_bytes()))
}

/// Apify's tokens: CRC-32 of prefix and body in base62 with the lower case first.
pub(super) fn apify(secret: &[u8]) -> Checksum {
    recompute(secret, 6, apify_tail)
}

pub(super) fn apify_tail(head: &str) -> Option<String> {
    let body = head.strip_prefix("apify_api_")?;
    is_plain(body, "").then(|| digits(crc32(head), LOWER_FIRST, 6))
}
