//! What stands around a value that only its name tells of, and says that it opens nothing by itself: a public
//! key, what stands for a payment, a number used once, an entry of a list.
//!
//! Takes the text and the value, gives the remark, if there is one. Bounded: [`NEAR`] bytes on either side.

use std::ops::Range;

use bstr::ByteSlice;

use crate::matcher::{meaning, names, steps};

/// How many bytes on either side of a value are read.
const NEAR: usize = 1000;

/// Why the value at `secret` opens nothing. Where settings stand, no payments do.
pub(super) fn why(text: &[u8], secret: &Range<usize>, is_config: bool) -> Option<&'static str> {
    let left = &text[secret.start.saturating_sub(NEAR)..secret.start];
    let right = &text[secret.end..text.len().min(secret.end + NEAR)];
    steps::count(left.len() + right.len());
    let has = |word: &str, within: usize| {
        left[left.len().saturating_sub(within)..].contains_str(word)
            || right[..right.len().min(within)].contains_str(word)
    };
    if right.first().is_some_and(|next| !next.is_ascii()) {
        return Some("a word of some language, which goes on behind it");
    }
    if has("indexName", 200) {
        return Some("a key for searching with Algolia, which pages hold openly");
    }
    if has("cf-beacon", 60) {
        return Some("tells a page to those who count its visitors");
    }
    let written = names::name_of(text, secret.start)?.at;
    let (name, value) = (meaning::normalise(&text[written]), &text[secret.clone()]);
    if name == b"token" && has("timestamp", 200) && has("signature", 200) {
        return Some("a number used once, beside its time and signature");
    }
    if name == meaning::normalise(value) {
        return Some("spells its own name");
    }
    let is_asked = || name == b"requesttoken" && words_of_payments(left, right) > 0;
    let may_be = || may_be_of_payment(&name) && words_of_payments(left, right) >= 3;
    let is_id = || name.contains_str("token") && is_object(value);
    if !is_config && (is_of_payment(&name) || is_asked() || is_id() || may_be()) {
        return Some("stands for a payment, and opens nothing by itself");
    }
    if name.ends_with(b"key") && is_in_public(left) {
        return Some("the public half of a key");
    }
    let is_entry = name == b"key" && (is_number(value) || has_value_beside(right));
    is_entry.then_some("the key of an entry")
}

/// Whether the name says that the value stands for a payment, such as `card_token`.
fn is_of_payment(name: &[u8]) -> bool {
    const KINDS: [&str; 5] = ["transaction", "payment", "order", "card", "refund"];
    let kind = name.strip_suffix(b"token").or_else(|| name.strip_suffix(b"auth"));
    kind.is_some_and(|kind| KINDS.iter().any(|word| kind.ends_with_str(word)))
}

/// Whether the name is one for what a shop is given in place of a card: a token, but for those of a login.
fn may_be_of_payment(name: &[u8]) -> bool {
    const LOGINS: [&str; 10] =
        ["access", "auth", "api", "bearer", "refresh", "session", "secret", "login", "id", "bot"];
    name.strip_suffix(b"token").is_some_and(|kind| !LOGINS.iter().any(|login| kind.contains_str(login)))
}

/// Whether a value begins as the ids of cards, customers and charges do
/// (<https://docs.stripe.com/api/metadata>), which other services have taken over.
fn is_object(value: &[u8]) -> bool {
    const KINDS: [&[u8]; 11] =
        [b"ch", b"cus", b"card", b"tok", b"pi", b"pm", b"ps", b"re", b"rf", b"src", b"txn"];
    let is_key = |rest: &[u8]| rest.starts_with(b"live_") || rest.starts_with(b"test_");
    value.split_once_str("_").is_some_and(|(kind, rest)| KINDS.contains(&kind) && !is_key(rest))
}

/// How many different words of payments stand around the value.
fn words_of_payments(left: &[u8], right: &[u8]) -> usize {
    const WORDS: [&str; 16] = [
        "amount",
        "currency",
        "payment",
        "transaction",
        "card",
        "charge",
        "refund",
        "merchant",
        "acquirer",
        "purchase",
        "cvv",
        "avs",
        "declined",
        "subscription",
        "expiry",
        "issuer",
    ];
    let around = [left.to_ascii_lowercase(), right.to_ascii_lowercase()];
    WORDS.iter().filter(|word| around.iter().any(|side| side.contains_str(word))).count()
}

/// Whether one of the brackets that are open before the value belongs to something public:
/// `PublicKey{Key: String("...")}`, `"pub": {"key": "..."}`.
fn is_in_public(left: &[u8]) -> bool {
    let mut closed = 0;
    for (at, byte) in left.iter().enumerate().rev() {
        match byte {
            b'}' | b')' => closed += 1,
            b'{' | b'(' if closed > 0 => closed -= 1,
            b'{' | b'(' if is_public(&left[..at]) => return true,
            _ => {}
        }
    }
    false
}

/// Whether the name before a bracket is one of something public.
fn is_public(before: &[u8]) -> bool {
    let before = before.trim_end_with(|c| matches!(c, ' ' | ':' | '=' | '"' | '\'' | '&' | '>'));
    let start = before.iter().rposition(|b| !names::is_name_byte(*b)).map_or(0, |at| at + 1);
    let name = meaning::normalise(&before[start..]);
    [&b"pubkey"[..], b"publickey"].iter().any(|end| name.ends_with(end))
}

/// `0x` and hexadecimal digits: a number, which the entries of a table are found by.
fn is_number(value: &[u8]) -> bool {
    value.strip_prefix(b"0x").is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Whether a field `value` follows: the two are name and value of something else.
fn has_value_beside(right: &[u8]) -> bool {
    let rest = right.trim_start_with(|c| matches!(c, '"' | '\'' | ',' | ' ' | '\t' | '\r' | '\n'));
    let word = rest.get(..5).unwrap_or_default();
    word.eq_ignore_ascii_case(b"value")
        && rest[5..].trim_start_with(|c| matches!(c, '"' | '\'' | ' ')).starts_with(b":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(text: &str) -> Option<&'static str> {
        let start = text.find("VALUE").unwrap();
        why(text.as_bytes(), &(start..start + 5), false)
    }

    #[test]
    fn brackets_that_are_closed_say_nothing() {
        assert!(note("PublicKey{id: f(1), key: \"VALUE\"").is_some());
        assert!(note("PublicKey{id: 1}, {key: \"VALUE\"").is_none());
        assert!(note("Republic{key: \"VALUE\"").is_none());
    }

    #[test]
    fn an_entry_has_its_value_behind_it() {
        assert!(note("{\"key\": \"VALUE\", \"value\": 1}").is_some());
        for text in [
            "{\"key\": \"VALUE\", \"values\": 1}",
            "{\"key\": \"VALUE\"}",
            "{\"api_key\": \"VALUE\", \"value\": 1}",
        ] {
            assert!(note(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_payment_has_several_words() {
        assert!(note("{\"token\": \"VALUE\", \"amount\": 1, \"currency\": 2, \"card\": 3").is_some());
        assert!(note("{\"token\": \"VALUE\", \"amount\": 1, \"count\": 2, \"card\": 3").is_none());
        assert!(note("{\"authToken\": \"VALUE\", \"amount\": 1, \"currency\": 2, \"card\": 3").is_none());
    }
}
