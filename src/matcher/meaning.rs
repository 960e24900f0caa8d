//! What names say: which of them are those of a secret, and how rules' names are looked for in them.
//!
//! Takes names as [`super::names`] finds them, and as rules write them.

use std::ops::Range;

use super::anchors::{MIN_ANCHOR, ROOM};

/// Whether a name ends with one of `words`, apart from a number or a word that says which of several it is,
/// and does not begin with one that makes it something about the secret.
pub(super) fn is_of(name: &[u8], words: &[&str]) -> bool {
    const WHICH: [&[u8]; 25] = [
        b"old",
        b"new",
        b"again",
        b"repeat",
        b"confirmation",
        b"confirm",
        b"equals",
        b"value",
        b"val",
        b"prod",
        b"production",
        b"dev",
        b"test",
        b"staging",
        b"default",
        b"str",
        b"string",
        b"plain",
        b"local",
        b"live",
        b"base64",
        b"b64",
        b"raw",
        b"main",
        b"admin",
    ];
    const ABOUT: [&[u8]; 22] = [
        b"is",
        b"has",
        b"show",
        b"hide",
        b"forgot",
        b"reset",
        b"missing",
        b"invalid",
        b"wrong",
        b"incorrect",
        b"lost",
        b"repeat",
        b"encrypted",
        b"hashed",
        b"no",
        b"label",
        b"error",
        // What such a function is given is the name of a secret.
        b"get",
        b"fetch",
        b"read",
        b"load",
        b"lookup",
    ];
    const OTHERS: [&[u8]; 18] = [
        b"rspauth",
        b"csrf",
        b"xsrf",
        b"page",
        b"next",
        b"continu",
        b"asset",
        b"public",
        b"publishable",
        // `accessWithoutPassword` is given something else.
        b"without",
        b"device",
        b"cancel",
        b"authenticity",
        // Words that end as `pass` does.
        b"bypass",
        b"compass",
        b"renderpass",
        b"lowpass",
        b"highpass",
    ];
    // What such a function or option is given may be a user, a salt, a hash or a word such as `always`.
    const CHECKS: [&[u8]; 5] = [b"check", b"hash", b"compare", b"update", b"ask"];
    let name = normalise(name);
    let is_checked = words.contains(&"password") && CHECKS.iter().any(|verb| name.starts_with(verb));
    let number = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let unnumbered = &name[..name.len() - number];
    let ends = |stem: &[u8]| {
        words.iter().any(|word| match inner(word) {
            Some(whole) => stem == whole.as_bytes(),
            None => stem.ends_with(word.as_bytes()),
        })
    };
    let is_one = ends(&name)
        || number > 0 && (ends(unnumbered) || unnumbered.strip_suffix(b"v").is_some_and(ends))
        || WHICH.iter().filter_map(|which| name.strip_suffix(*which)).any(ends);
    is_one
        && !is_checked
        && !ABOUT.iter().any(|about| name.starts_with(about) && name.len() > about.len())
        && !OTHERS.iter().any(|other| name.windows(other.len()).any(|part| part == *other))
}

/// The name in the form that rules write names in: lower case, without `_ - .` and spaces.
pub(super) fn normalise(name: &[u8]) -> Vec<u8> {
    name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// What stands on both sides of a rule's name that is a whole one, such as `=deepgram=`, and behind the name of a
/// value. Not before it: first letters are what names are told apart by.
const EDGE: u8 = b'=';

/// Puts the name into `text` in the form that rules' names are looked for in, and gives its length: what follows
/// is [`ROOM`], not part of it.
pub(super) fn searchable(name: &[u8], text: &mut Vec<u8>) -> usize {
    text.clear();
    text.extend(name.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase));
    text.push(EDGE);
    let len = text.len();
    text.extend_from_slice(&ROOM);
    len
}

/// A rule's name as it is looked for in what [`searchable`] gives.
pub(super) fn sought(name: &'static str) -> &'static str {
    name.strip_prefix('=').unwrap_or(name)
}

/// Whether a rule's name that was found in `name` may stand there: a whole one stands at the start alone.
pub(super) fn may_stand(name: &[u8], at: &Range<usize>) -> bool {
    at.start == 0 || name[at.clone()].last() != Some(&EDGE)
}

/// A rule's name without the edges that make it a whole one; `None` where it may be a part.
fn inner(name: &str) -> Option<&str> {
    name.strip_prefix('=').and_then(|rest| rest.strip_suffix('='))
}

/// Whether a rule's name is written as rules write them: letters and digits, or a whole name between `=`.
pub(crate) fn is_rule_name(name: &str) -> bool {
    let inner = inner(name).unwrap_or(name);
    inner.len() >= MIN_ANCHOR && inner.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

/// Whether what follows a word in a normalised name says that the value is not the secret itself but
/// something about it: `api_token_hash`, `client_secret_id`.
pub(super) fn is_about_the_value(rest: &[u8]) -> bool {
    const ABOUT: [&[u8]; 14] = [
        b"id",
        b"ids",
        b"sha",
        b"sha1",
        b"sha256",
        b"digest",
        b"hash",
        b"checksum",
        b"fingerprint",
        b"version",
        b"url",
        b"uri",
        b"path",
        b"file",
    ];
    ABOUT.contains(&rest.strip_suffix(&[EDGE]).unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_compared_without_its_separators() {
        assert_eq!(normalise(b"X-Api_Key.v2"), b"xapikeyv2");
        let mut text = b"x".to_vec();
        assert_eq!(searchable(b"Deep-Gram", &mut text), 9);
        assert_eq!(text, *b"deepgram=\0\0\0\0\0\0\0\0");
        assert_eq!(sought("=deepgram="), "deepgram=");
        assert!(may_stand(b"deepgram=", &(0..9)) && !may_stand(b"mydeepgram=", &(2..11)));
        assert!(may_stand(b"mydeepgramkey=", &(2..13)));
        assert!(is_about_the_value(b"sha=") && is_about_the_value(b"sha") && !is_about_the_value(b"="));
    }

    #[test]
    fn names_of_secrets_end_with_what_they_are() {
        let of = |name: &str, word: &'static str| is_of(name.as_bytes(), &[word]);
        for name in ["db_password", "password2", "smtp_password_v4", "PasswordConfirm"] {
            assert!(of(name, "password"), "{name}");
        }
        for name in [
            "password_field",
            "checkPassword",
            "HashPassword",
            "update_password",
            "wrongPassword",
            "--ask-password",
        ] {
            assert!(!of(name, "password"), "{name}");
        }
        assert!(of("DB_PASS", "pass") && !of("bypass", "pass") && !of("compass", "pass"));
        assert!(of("check_key", "key") && of("key", "=key=") && !of("cache_key", "=key="));
    }

    #[test]
    fn names_of_rules_are_parts_or_whole() {
        for name in ["acmekey", "=acme=", "abc"] {
            assert!(is_rule_name(name), "{name}");
        }
        for name in ["acme_key", "Acme", "=acme", "acme=", "ab", "=ab=", "==", "="] {
            assert!(!is_rule_name(name), "{name}");
        }
    }

    #[test]
    fn what_a_server_answers_is_no_secret() {
        assert!(is_of(b"proxy_auth", &["auth"]) && !is_of(b"rspauth", &["auth"]));
    }
}
