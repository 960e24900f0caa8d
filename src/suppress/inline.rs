//! Comments beside a secret that allow it: our own, and those that other scanners know.
//!
//! Takes the lines that a secret stands in and the line before; gives the marker that allows it. A marker
//! counts only inside a comment or at the very end of a line, never as part of a secret, and at most
//! 400 bytes from it: a minified file is one line, and a comment at its end is about none of it.
//!
//! `tokensieve:allow [rule] reason` allows all on its line, or what that rule finds there. The brackets
//! may be left out where the first word is the name of a rule.

use std::ops::Range;

use bstr::ByteSlice as _;

use super::comment;
use crate::config::plain;

/// How far from a secret a marker may stand, in bytes.
const REACH: usize = 400;

/// How much of a text is searched for the secret itself: what a caller may give instead of [`around`].
const LONGEST: usize = 64 * 1024;

/// A word that allows what stands beside it.
struct Marker {
    word: &'static str,
    /// Whether it is about the line behind its own.
    next_line: bool,
    /// Whether it is our own, with a rule and a reason behind it.
    own: bool,
}

const fn foreign(word: &'static str, next_line: bool) -> Marker {
    Marker { word, next_line, own: false }
}

const MARKERS: [Marker; 13] = [
    Marker { word: "tokensieve:allow", next_line: false, own: true },
    Marker { word: "tokensieve:allow-next-line", next_line: true, own: true },
    foreign("gitleaks:allow", false),
    foreign("betterleaks:allow", false),
    foreign("kingfisher:ignore", false),
    foreign("trufflehog:ignore", false),
    foreign("pragma: allowlist secret", false),
    foreign("pragma: allowlist nextline secret", true),
    foreign("pragma: whitelist secret", false),
    foreign("pragma: whitelist nextline secret", true),
    foreign("ggignore", false),
    foreign("secretlint-disable-line", false),
    foreign("secretlint-disable-next-line", true),
];

/// A secret and the text around it.
pub(super) struct Scene<'a> {
    /// The line or lines that it stands in.
    pub(super) line: &'a [u8],
    /// The line before them.
    pub(super) previous: &'a [u8],
    /// The secret and the other halves of its credential.
    pub(super) secrets: Vec<&'a [u8]>,
    /// Id of the rule that found it.
    pub(super) rule: &'a str,
}

/// A comment that allows a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Allowed {
    pub(super) syntax: &'static str,
    pub(super) reason: String,
}

/// The lines that `text[secret]` stands in and the line before them, cut to what a marker is looked for in.
pub fn around(text: &[u8], secret: Range<usize>) -> (&[u8], &[u8]) {
    let end = text.len().min(secret.end);
    let start = secret.start.min(end);
    let from = start.saturating_sub(REACH);
    let line_start = text[from..start].rfind_byte(b'\n').map(|at| from + at + 1);
    let to = text.len().min(end + REACH);
    let line_end = text[end..to].find_byte(b'\n').map_or(to, |at| end + at);
    let previous = line_start.map_or(&text[..0], |start| last_line(&text[..start - 1]));
    (&text[line_start.unwrap_or(from)..line_end], previous)
}

fn last_line(text: &[u8]) -> &[u8] {
    let text = &text[text.len().saturating_sub(REACH)..];
    text.rfind_byte(b'\n').map_or(text, |at| &text[at + 1..])
}

/// The first comment that allows the secret. `is_rule` knows the names of rules.
pub(super) fn allowed(scene: &Scene<'_>, foreign: bool, is_rule: &dyn Fn(&[u8]) -> bool) -> Option<Allowed> {
    let previous = &scene.previous[scene.previous.len().saturating_sub(REACH)..];
    let line = without_secrets(&scene.line[..scene.line.len().min(LONGEST)], &scene.secrets);
    let judge = |marker: &Marker| {
        let text = if marker.next_line { previous } else { line.as_deref()? };
        text.find_iter(marker.word).find_map(|at| read(marker, text, at, scene.rule, is_rule))
    };
    MARKERS.iter().filter(|marker| marker.own || foreign).find_map(judge)
}

/// The part of a line near the secret, every byte of the secrets replaced by `\0`. `None` where a marker
/// cannot be told from a secret, since the line is long and the secret does not stand in it as it is.
fn without_secrets(line: &[u8], secrets: &[&[u8]]) -> Option<Vec<u8>> {
    let mut clean = line.to_vec();
    let mut near: Option<Range<usize>> = None;
    for secret in secrets {
        // Of a secret of several lines, the caller may have given the first line alone.
        for piece in secret.lines().filter(|piece| !piece.is_empty()) {
            for at in line.find_iter(piece) {
                clean[at..at + piece.len()].fill(0);
                let seen = near.get_or_insert(at..at + piece.len());
                *seen = seen.start.min(at)..seen.end.max(at + piece.len());
            }
        }
    }
    match near {
        Some(seen) => {
            clean.truncate(seen.end + REACH);
            Some(clean.split_off(seen.start.saturating_sub(REACH)))
        }
        None if line.len() > 2 * REACH || secrets.iter().any(|s| holds_marker(s)) => None,
        None => Some(clean),
    }
}

fn holds_marker(secret: &[u8]) -> bool {
    MARKERS.iter().any(|marker| secret.contains_str(marker.word))
}

/// What the marker at `at` says of a finding of `rule`.
fn read(
    marker: &Marker,
    text: &[u8],
    at: usize,
    rule: &str,
    is_rule: &dyn Fn(&[u8]) -> bool,
) -> Option<Allowed> {
    let end = at + marker.word.len();
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | 0);
    let part_of_word = text.get(end).is_some_and(is_word) || at > 0 && is_word(&text[at - 1]);
    if part_of_word {
        return None;
    }
    let line_start = text[..at].rfind_byte(b'\n').map_or(0, |i| i + 1);
    let line_end = text[end..].find_byte(b'\n').map_or(text.len(), |i| end + i);
    let (after, ends) = comment::up_to_end(&text[end..line_end]);
    let (rules, reason) = if marker.own { split_rule(after, is_rule) } else { (None, after) };
    let at_end = ends && reason.is_empty() && text[..at].last().is_none_or(u8::is_ascii_whitespace);
    if !at_end && !comment::is_in_comment(&text[line_start..at]) {
        return None;
    }
    let is_for = |names: &[u8]| names.split_str(",").any(|name| name.trim_ascii() == rule.as_bytes());
    rules.is_none_or(is_for).then(|| Allowed { syntax: marker.word, reason: words(marker, reason) })
}

/// The rules that a marker of ours names, and its reason.
fn split_rule<'a>(after: &'a [u8], is_rule: &dyn Fn(&[u8]) -> bool) -> (Option<&'a [u8]>, &'a [u8]) {
    if let Some(inside) = after.strip_prefix(b"[")
        && let Some((names, reason)) = inside.split_once_str("]")
    {
        return (Some(names), reason.trim_ascii());
    }
    let end = after.find_byteset(b" \t").unwrap_or(after.len());
    let (first, rest) = after.split_at(end);
    if is_rule(first) { (Some(first), rest.trim_ascii()) } else { (None, after) }
}

fn words(marker: &Marker, reason: &[u8]) -> String {
    let reason = reason.trim_with(|c| c.is_whitespace() || matches!(c, '-' | ':' | '\0'));
    if marker.own && !reason.is_empty() {
        return plain(&reason.to_str_lossy().replace('\0', "*"));
    }
    format!("comment `{}`", marker.word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    const SECRET: &str = "s3cr3tvalue";

    fn judge(previous: &str, line: &str) -> Option<Allowed> {
        let secrets = vec![SECRET.as_bytes()];
        let scene =
            Scene { line: line.as_bytes(), previous: previous.as_bytes(), secrets, rule: "some-rule" };
        allowed(&scene, true, &|word| matches!(word, b"some-rule" | b"other-rule"))
    }

    fn of(line: &str) -> Option<(&'static str, String)> {
        judge("", &line.replace('@', SECRET)).map(|a| (a.syntax, a.reason))
    }

    #[test]
    fn our_comments_name_rules_and_reasons() {
        for (comment, expected) in [
            ("tokensieve:allow", Some("comment `tokensieve:allow`")),
            ("tokensieve:allow a test key", Some("a test key")),
            ("tokensieve:allow [some-rule] a test key", Some("a test key")),
            ("tokensieve:allow [a, some-rule]", Some("comment `tokensieve:allow`")),
            ("tokensieve:allow some-rule a test key", Some("a test key")),
            ("tokensieve:allow some-rule: it is", Some("some-rule: it is")),
            ("tokensieve:allow: it is", Some("it is")),
            ("tokensieve:allow [other-rule] x", None),
            ("tokensieve:allow other-rule x", None),
            ("tokensieve:allow [] x", None),
            ("tokensieve:allows", None),
            ("tokensieve:allow-next-line", None),
        ] {
            for line in [format!("key = '@' # {comment}"), format!("/* {comment} */ key = '@'")] {
                assert_eq!(of(&line).map(|a| a.1).as_deref(), expected, "{line}");
            }
        }
    }

    #[test]
    fn comments_of_others_are_known() {
        for marker in MARKERS.iter().filter(|m| !m.next_line) {
            let expected = Some(marker.word);
            for line in ["@ # M", "@ //M", "@ M", "<a>@</a> <!-- M -->", "M @", "@ /* why: M since x */"] {
                let found = of(&line.replace('M', marker.word)).map(|a| a.0);
                let in_comment = line != "M @";
                assert_eq!(found, expected.filter(|_| in_comment), "{line} {}", marker.word);
            }
        }
    }

    #[test]
    fn markers_for_the_next_line_stand_on_the_line_before() {
        for marker in &MARKERS {
            let before = judge(&format!("# {}", marker.word), &format!("k = {SECRET}"));
            assert_eq!(before.map(|a| a.syntax), Some(marker.word).filter(|_| marker.next_line));
            if marker.next_line {
                assert_eq!(of(&format!("k = @ # {}", marker.word)), None);
            }
        }
    }

    #[test]
    fn other_scanners_can_be_left_out() {
        let line = format!("{SECRET} # gitleaks:allow");
        let scene =
            Scene { line: line.as_bytes(), previous: b"", secrets: vec![SECRET.as_bytes()], rule: "r" };
        assert_eq!(allowed(&scene, false, &|_| false), None);
        assert!(allowed(&scene, true, &|_| false).is_some());
    }

    #[test]
    fn text_that_only_mentions_a_marker_allows_nothing() {
        for line in [
            "log(\"gitleaks:allow \" + \"@\")",
            "https://x/gitleaks:allow/@",
            "x-gitleaks:allow @",
            "url = 'https://@/#gitleaks:allow' + y",
            "@ # gitleaks:allowed",
            "@ myggignore",
            "@\n# gitleaks:allow is for another line, since @ is above".split('\n').next().unwrap(),
        ] {
            assert_eq!(of(line), None, "{line}");
        }
    }

    #[test]
    fn a_marker_is_no_part_of_the_secret() {
        let secret = b"pass # gitleaks:allow";
        for line in [&b"p = 'pass # gitleaks:allow'"[..], b"pass # gitleaks:allow", b"something decoded"] {
            let scene = Scene { line, previous: b"", secrets: vec![secret], rule: "r" };
            assert_eq!(allowed(&scene, true, &|_| false), None);
        }
        let line = b"pass # gitleaks:allow # gitleaks:allow";
        let scene = Scene { line, previous: b"", secrets: vec![secret], rule: "r" };
        assert!(allowed(&scene, true, &|_| false).is_some());
    }

    #[test]
    fn a_secret_of_several_lines_may_have_its_comment_on_each() {
        let secret = b"BEGIN\nabc\nEND".as_slice();
        let text = b"\nk = '''BEGIN\nabc\nEND''' # gitleaks:allow\n";
        let (line, previous) = around(text, 8..21);
        assert_eq!(previous, b"");
        let scene = Scene { line, previous, secrets: vec![secret], rule: "r" };
        assert!(allowed(&scene, true, &|_| false).is_some());
    }

    #[test]
    fn far_markers_do_not_count() {
        let far = " ".repeat(REACH);
        assert_eq!(of(&format!("@ {far} # gitleaks:allow")), None);
        assert_eq!(of(&format!("/* gitleaks:allow */ {far} @")), None);
        assert!(of(&format!("/* gitleaks:allow */ {far} @ # gitleaks:allow")).is_some());
    }

    #[test]
    fn reasons_are_on_one_plain_line() {
        let reason = of(&format!("@ # tokensieve:allow \u{1b}[0m @ {}", "x".repeat(900))).unwrap().1;
        assert!(reason.starts_with("\\u{1b}[0m ***") && !reason.contains(SECRET), "{reason}");
        assert!(reason.len() < 500);
    }

    proptest! {
        #[test]
        fn any_bytes_end_without_a_panic(
            line in proptest::collection::vec(any::<u8>(), 0..300),
            previous in proptest::collection::vec(any::<u8>(), 0..300),
            secret in proptest::collection::vec(any::<u8>(), 0..4),
        ) {
            let scene = Scene { line: &line, previous: &previous, secrets: vec![&secret], rule: "r" };
            prop_assert_eq!(allowed(&scene, true, &|_| true), None);
        }

        #[test]
        fn around_gives_whole_lines(text in "[ab\n]{0,40}", start in 0usize..50, len in 0usize..20) {
            let (line, previous) = around(text.as_bytes(), start..start + len);
            prop_assert!(!previous.contains(&b'\n'));
            if start + len <= text.len() {
                let expected = text[..start].rfind('\n').map_or(0, |i| i + 1)
                    ..text[start + len..].find('\n').map_or(text.len(), |i| start + len + i);
                prop_assert_eq!(line, text[expected].as_bytes());
                let above = text[..start].rsplit('\n').nth(1).unwrap_or("");
                prop_assert_eq!(previous, above.as_bytes());
            }
        }

        #[test]
        fn pieces_of_markers_end_without_a_panic(line in "(tokensieve:allow|-next-line|\\[|\\]|#|//|s3cr3tvalue| |,|é|\0|\n|\"){0,14}") {
            if let Some(found) = judge(&line, &line) {
                prop_assert!(found.syntax.starts_with("tokensieve:allow"));
            }
        }
    }
}
