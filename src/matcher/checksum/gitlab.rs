//! GitLab's routable tokens.
//!
//! Takes `PREFIX PAYLOAD . [VERSION .] LENGTH CRC`: the payload is base64url, its length stands in two
//! base-36 digits, and seven more are the CRC-32 of everything before. Source: GitLab's own generator.
//! Decoded, the payload holds routing lines such as `o:1`, random bytes, and a byte that counts these.

use super::text::{BASE36, base64, crc32, digits, is_plain};
use crate::finding::Checksum;

const CRC_LEN: usize = 7;
const LENGTH_LEN: usize = 2;
/// Random bytes of today's tokens; GitLab reserves the right to more, never to fewer.
const RANDOM_BYTES: usize = 16;

/// Valid when CRC, length and payload are right; none for classic tokens, which have no such tail, and
/// where the CRC is right over a payload that GitLab would not write.
pub(super) fn verify(secret: &[u8]) -> Checksum {
    let Some((head, crc)) = split(secret) else { return Checksum::None };
    if checksum(head) != crc {
        return Checksum::Invalid;
    }
    if is_plausible(head) { Checksum::Valid } else { Checksum::None }
}

/// The checksum, and the length before it where the text still ends in the dot.
pub(super) fn tail(text: &str) -> Option<String> {
    let lengths = match text.strip_suffix('.') {
        Some(before) => possible_lengths(before)?,
        None => vec![String::new()],
    };
    let complete = |length: String| {
        let head = format!("{text}{length}");
        is_plausible(&head).then(|| length + &checksum(&head))
    };
    lengths.into_iter().find_map(complete)
}

fn checksum(head: &str) -> String {
    digits(crc32(head), BASE36, CRC_LEN)
}

/// The text before the CRC, and the CRC, of a token that ends as routable tokens do.
fn split(secret: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(secret).ok()?;
    let (_, last) = text.rsplit_once('.')?;
    if last.len() != LENGTH_LEN + CRC_LEN || !is_base36(last) {
        return None;
    }
    text.split_at_checked(text.len().checked_sub(CRC_LEN)?)
}

fn is_base36(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| BASE36.contains(&byte))
}

/// Length fields for a token whose prefix ends at the first dash, or behind the kind (`t1_`) that runner
/// tokens have there. A payload may look like a kind, so both are tried.
fn possible_lengths(before: &str) -> Option<Vec<String>> {
    let (_, payload) = without_version(before).split_once('-')?;
    let lengths = [Some(payload.len()), payload.len().checked_sub(3)].into_iter().flatten();
    Some(lengths.filter_map(|length| Some(digits(u32::try_from(length).ok()?, BASE36, LENGTH_LEN))).collect())
}

/// The version is a field of its own since April 2025; older tokens go without.
fn without_version(text: &str) -> &str {
    match text.rsplit_once('.') {
        Some((before, version)) if version.len() == 2 && is_base36(version) => before,
        _ => text,
    }
}

/// Whether prefix, payload and length of `head` go together. The payload is found by its length, since
/// it may hold the dashes and underscores that prefixes end in.
fn is_plausible(head: &str) -> bool {
    let payload = || {
        let (before, length) = head.rsplit_once('.')?;
        let is_length = length.len() == LENGTH_LEN && is_base36(length);
        let length = usize::from_str_radix(length, 36).ok().filter(|_| is_length)?;
        let before = without_version(before);
        let (prefix, payload) = before.split_at_checked(before.len().checked_sub(length)?)?;
        let prefixed = prefix.ends_with(['-', '_']) && is_plain(prefix, "-_");
        base64(payload.as_bytes()).filter(|_| prefixed && !payload.contains('='))
    };
    payload().is_some_and(|bytes| routes(&bytes))
}

/// Whether routing lines and random bytes stand in a payload as the counting byte at its end says.
/// Versioned tokens begin with the random bytes, older ones with the lines. Published fixtures of other
/// scanners count the lines instead of the random bytes; their CRC being right, they pass as well.
fn routes(payload: &[u8]) -> bool {
    let Some((&counted, rest)) = payload.split_last() else { return false };
    let counted = usize::from(counted);
    let Some(others) = rest.len().checked_sub(counted) else { return false };
    let in_order = counted >= RANDOM_BYTES
        && (rest.get(counted..).is_some_and(are_lines) || rest.get(..others).is_some_and(are_lines));
    in_order || (others == RANDOM_BYTES && rest.get(others..).is_some_and(are_lines))
}

/// Lines `key:value` with GitLab's keys (cell, group, organization, project, type, user) and base-36 values.
fn are_lines(bytes: &[u8]) -> bool {
    let is_line = |line: &str| {
        line.split_once(':')
            .is_some_and(|(key, value)| matches!(key, "c" | "g" | "o" | "p" | "t" | "u") && is_base36(value))
    };
    std::str::from_utf8(bytes).is_ok_and(|text| text.split('\n').all(is_line))
}
