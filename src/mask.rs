//! The masker: hides every known secret in every text that leaves the program.
//!
//! Takes all secrets of a scan, reported or not; gives back texts in which they are replaced by
//! [`MASK`], as they are and in their encoded forms, and in which pieces of them are replaced as well: a
//! path may hold a token cut in two by `/`, an excerpt half of one.
//!
//! A piece is any 8 bytes of a secret of at least 12 bytes. Pieces that read like plain words
//! (`database`, `github_p`) are left alone unless they stand in a longer piece that does not, so that one
//! weak password does not blot out the names of half the files.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::finding::Finding;
use crate::place::MASK;

/// Shorter secrets are not looked for: they would stand everywhere.
const SHORTEST_SECRET: usize = 6;
/// Length of a piece.
const PIECE: usize = 8;
/// Secrets shorter than this are hidden as a whole only.
const SHORTEST_IN_PIECES: usize = 12;
/// Lines of a secret shorter than this are not looked for by themselves.
const SHORTEST_LINE: usize = 16;
/// With more bytes of secrets than this, their base64 and hexadecimal forms are not looked for, which
/// would take six times the time and memory.
const MOST_TO_ENCODE: usize = 1 << 17;

/// Longer secrets, such as keys, are not looked for in base64 or hexadecimal form.
const LONGEST_TO_ENCODE: usize = 512;

/// Hides known secrets. See the [module](self).
#[derive(Debug)]
pub struct Masker {
    /// Values and encoded forms that pieces do not hide: short ones and plain words. `None` if they are
    /// too many for an automaton.
    values: Option<AhoCorasick>,
    /// The same without those that read like plain words.
    keen_values: Option<AhoCorasick>,
    /// Every piece of every longer secret.
    pieces: HashSet<u64, foldhash::fast::RandomState>,
}

impl Masker {
    /// Learns the secrets and parts of all findings: those that are reported and those that are not.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        Self::new(findings.into_iter().flat_map(|f| {
            let parts = f.parts.iter().map(|p| p.secret.expose());
            f.secret.iter().map(|s| s.expose()).chain(parts)
        }))
    }

    /// Learns these secrets.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s [u8]>) -> Self {
        let secrets: BTreeSet<&[u8]> = secrets.into_iter().filter(|s| s.len() >= SHORTEST_SECRET).collect();
        let in_full = secrets.iter().map(|s| s.len()).sum::<usize>() <= MOST_TO_ENCODE;
        let mut forms = BTreeSet::new();
        for secret in &secrets {
            add_forms(secret, in_full && secret.len() <= LONGEST_TO_ENCODE, &mut forms);
        }
        let long = || forms.iter().filter(|form| form.len() >= SHORTEST_IN_PIECES);
        let mut pieces = HashSet::default();
        pieces.reserve(long().map(Vec::len).sum());
        pieces.extend(long().flat_map(|form| form.array_windows()).map(|piece| u64::from_le_bytes(*piece)));
        // What the pieces hide is not looked for as a whole: automata over long keys take long to build.
        let whole: Vec<&Vec<u8>> =
            forms.iter().filter(|f| f.len() < SHORTEST_IN_PIECES || reads_like_words(f)).collect();
        let is_keen = |form: &Vec<u8>| !reads_like_words(form);
        let (keen, plain): (Vec<_>, Vec<_>) = whole.iter().partition(|form| is_keen(form));
        let keen_values = automaton(&keen);
        let values = if plain.is_empty() { keen_values.clone() } else { automaton(&[keen, plain].concat()) };
        Self { values, keen_values, pieces }
    }

    /// The text with every known secret hidden. For excerpts, notes, messages.
    pub fn mask<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        self.hide(self.values.as_ref(), text)
    }

    /// Like [`mask`](Self::mask), but leaves secrets that read like plain words (`postgres`). For what a reader
    /// needs to find the way by: paths, names of rules and refs, descriptions.
    pub fn mask_name<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        self.hide(self.keen_values.as_ref(), text)
    }

    fn hide<'t>(&self, values: Option<&AhoCorasick>, text: &'t [u8]) -> Cow<'t, [u8]> {
        // Without an automaton nothing is known to be safe to show.
        let Some(values) = values else { return Cow::Borrowed(MASK) };
        let mut hidden: Vec<Range<usize>> = values.find_iter(text).map(|m| m.range()).collect();
        self.find_pieces(text, &mut hidden);
        if hidden.is_empty() {
            return Cow::Borrowed(text);
        }
        hidden.sort_by_key(|r| r.start);
        Cow::Owned(replace(text, &hidden))
    }

    /// Adds the stretches of the text whose every 8 bytes are a piece, unless all of it reads like words.
    fn find_pieces(&self, text: &[u8], hidden: &mut Vec<Range<usize>>) {
        if self.pieces.is_empty() {
            return;
        }
        let mut stretch: Option<(usize, bool)> = None;
        for (at, piece) in text.array_windows::<PIECE>().enumerate() {
            let is_known = self.pieces.contains(&u64::from_le_bytes(*piece));
            let known = is_known.then(|| reads_like_words(piece));
            stretch = match (stretch, known) {
                (None, None) => None,
                (None, Some(words)) => Some((at, words)),
                (Some((start, so_far)), Some(words)) => Some((start, so_far && words)),
                (Some((start, words)), None) => {
                    hidden.extend((!words).then_some(start..at - 1 + PIECE));
                    None
                }
            };
        }
        hidden.extend(stretch.and_then(|(start, words)| (!words).then_some(start..text.len())));
    }
}

/// Puts the mask in the place of each range; one mask for ranges that touch.
fn replace(text: &[u8], hidden: &[Range<usize>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut done = None;
    for range in hidden {
        if done.is_none_or(|end| range.start > end) {
            out.extend_from_slice(&text[done.unwrap_or(0)..range.start]);
            out.extend_from_slice(MASK);
        }
        done = done.max(Some(range.end));
    }
    out.extend_from_slice(&text[done.unwrap_or(0)..]);
    out
}

fn automaton(forms: &[&Vec<u8>]) -> Option<AhoCorasick> {
    // The kind that is built fastest: it searches a few short texts.
    let kind = Some(AhoCorasickKind::NoncontiguousNFA);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).kind(kind).build(forms).ok()
}

/// The lines of a secret that are worth hiding by themselves: not the `-----BEGIN ...` of a PEM block.
fn lines(secret: &[u8]) -> impl Iterator<Item = &[u8]> {
    let several = secret.contains(&b'\n');
    secret
        .split(|&b| b == b'\n')
        .map(|line| line.trim_ascii())
        .filter(move |line| several && line.len() >= SHORTEST_LINE && !line.starts_with(b"-----"))
}

/// Adds a secret, or its lines where it has several, in all forms that they may take in a text.
fn add_forms(secret: &[u8], in_full: bool, forms: &mut BTreeSet<Vec<u8>>) {
    let whole = (!secret.contains(&b'\n')).then_some(secret);
    for value in lines(secret).chain(whole) {
        let mut own = vec![value.to_vec()];
        own.extend(percent_forms(value));
        own.extend(json_forms(value));
        if in_full {
            own.extend(base64_forms(value));
            own.extend([hex(value, "0123456789abcdef"), hex(value, "0123456789ABCDEF")]);
        }
        forms.extend(own.into_iter().filter(|form| form.len() >= SHORTEST_SECRET));
    }
}

/// The value percent-encoded, with `/` and without, in capital and small digits, and percent-decoded.
fn percent_forms(value: &[u8]) -> Vec<Vec<u8>> {
    let encode = |keep: &[u8], digits: &str| {
        let mut out = Vec::with_capacity(value.len());
        for b in value {
            if b.is_ascii_alphanumeric() || b"-._~".contains(b) || keep.contains(b) {
                out.push(*b);
            } else {
                out.push(b'%');
                out.extend(hex(&[*b], digits));
            }
        }
        out
    };
    let (upper, lower) = ("0123456789ABCDEF", "0123456789abcdef");
    vec![
        encode(b"", upper),
        encode(b"", lower),
        encode(b"/", upper),
        encode(b"/:@!$&'()*+,;=", upper),
        percent_decoded(value),
    ]
}

fn percent_decoded(value: &[u8]) -> Vec<u8> {
    let digit = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16)).map(|d| d as u8);
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        match (byte, digit(value.get(at + 1)), digit(value.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// The value as it stands inside a JSON string, and what it is if it stands in one already.
fn json_forms(value: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(value) else { return Vec::new() };
    let escaped = serde_json::to_string(text).unwrap_or_default();
    let escaped = escaped.trim_start_matches('"').strip_suffix('"').unwrap_or_default();
    let plain: String = serde_json::from_str(&format!("\"{text}\"")).unwrap_or_default();
    vec![escaped.as_bytes().to_vec(), escaped.replace('/', "\\/").into_bytes(), plain.into_bytes()]
}

/// What of the base64 of a text that holds the value depends on the value alone, at the three alignments.
fn base64_forms(value: &[u8]) -> Vec<Vec<u8>> {
    if value.len() < SHORTEST_IN_PIECES {
        return Vec::new();
    }
    let mut forms = Vec::new();
    for before in 0..3 {
        let padded = [&vec![0; before], value].concat();
        let from = (before * 8).div_ceil(6);
        let to = padded.len() * 8 / 6;
        forms.extend(
            [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD].map(|e| e.encode(&padded).as_bytes()[from..to].to_vec()),
        );
    }
    forms
}

fn hex(value: &[u8], digits: &str) -> Vec<u8> {
    let digit = |d: u8| digits.as_bytes()[usize::from(d)];
    value.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Whether a text could be words of a name: letters of one case, or with one capital in front, and the
/// signs that join words. Random characters hardly ever look like this.
pub(crate) fn reads_like_words(text: &[u8]) -> bool {
    if text.iter().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let mut words = text.split(|b| matches!(b, b' ' | b'_' | b'-' | b'.' | b'/' | b':'));
    words.all(|word| {
        let tail = word.get(1..).unwrap_or_default();
        let lower = tail.iter().all(u8::is_ascii_lowercase);
        let upper = tail.iter().all(u8::is_ascii_uppercase);
        word.iter().all(u8::is_ascii_alphabetic) && (lower || upper && word[0].is_ascii_uppercase())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

    fn masked(secrets: &[&str], text: &str) -> String {
        let masker = Masker::new(secrets.iter().map(|s| s.as_bytes()));
        String::from_utf8(masker.mask(text.as_bytes()).into_owned()).unwrap()
    }

    fn holds_a_piece(text: &[u8], secret: &[u8]) -> bool {
        secret.windows(PIECE).any(|piece| text.windows(PIECE).any(|w| w == piece))
    }

    #[test]
    fn a_value_is_hidden_wherever_it_stands() {
        assert_eq!(masked(&["hunter2x"], "a=hunter2x&b=hunter2xhunter2x"), "a=********&b=********");
        assert_eq!(masked(&["short"], "short"), "short");
        assert_eq!(masked(&[], "anything"), "anything");
    }

    #[test]
    fn encoded_forms_are_hidden() {
        let secret = "p\"ss/w\\rd&42+x";
        assert_eq!(masked(&[secret], "u:p%22ss%2fw%5crd%2642%2bx@h"), "u:********@h");
        assert_eq!(masked(&[secret], "u:p%22ss/w%5Crd%2642%2Bx@h"), "u:********@h");
        assert_eq!(masked(&[secret], r#"{"k":"p\"ss/w\\rd&42+x"}"#), r#"{"k":"********"}"#);
        assert_eq!(masked(&["p%40ssw0rd"], "is p@ssw0rd"), "is ********");
    }

    #[test]
    fn base64_is_hidden_at_every_alignment() {
        let secret = "q7Zk2mW9xT4bL1vR8nC3";
        for before in ["", "u", "us", "usr:"] {
            let encoded = STANDARD_NO_PAD.encode(format!("{before}{secret}"));
            let shown = masked(&[secret], &encoded);
            assert!(shown.contains("********") && shown.len() < 8 + 8, "{encoded} {shown}");
        }
    }

    #[test]
    fn a_pem_block_is_hidden_line_by_line_but_its_label_is_not() {
        let body = ["MIIEow1BAAKCAQEA7b", "q9Zx3mWfT4bL1vR8nC", "kk=="];
        let pem = format!("-----BEGIN X KEY-----\n{}\n-----END X KEY-----", body.join("\r\n"));
        assert_eq!(masked(&[&pem], &format!("x {} y {}", body[1], body[0])), "x ******** y ********");
        assert_eq!(masked(&[&pem], "-----BEGIN X KEY-----"), "-----BEGIN X KEY-----");
    }

    #[test]
    fn pieces_are_hidden_but_words_are_not() {
        let token = "acme_live_7Hq2mW9xT4bL1vR8nC3kZ";
        assert_eq!(masked(&[token], "a/7Hq2mW9x/T4bL1vR8nC3kZ.txt"), "a/********/********.txt");
        assert_eq!(masked(&[token], "docs/acme_live_.md"), "docs/acme_live_.md");
        assert_eq!(masked(&[token], "x=acme_live_7Hq"), "x=********");
        let weak = "database-root-pw";
        assert_eq!(masked(&[weak], "config/database.yml: database-root-pw"), "config/database.yml: ********");
    }

    #[test]
    fn a_name_keeps_plain_words() {
        let masker = Masker::new([b"postgres".as_slice(), b"testcontainers", b"hunter2x"]);
        let shown = masker.mask_name(b"src/postgres/testcontainers/hunter2x.rs");
        assert_eq!(shown, b"src/postgres/testcontainers/********.rs".as_slice());
        assert_eq!(masker.mask(b"pw is postgres"), b"pw is ********".as_slice());
    }

    #[test]
    fn overlapping_secrets_leave_nothing() {
        let (a, b) = ("1a2b3c4d5e6f7g8h", "5e6f7g8h9i0j1k2l3m");
        let shown = masked(&[a, b], "x 1a2b3c4d5e6f7g8h9i0j1k2l3m y");
        assert_eq!(shown, "x ******** y");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn no_piece_is_left(secret in "[a-zA-Z0-9+/=_~-]{12,80}", before in any::<Vec<u8>>(),
            after in any::<Vec<u8>>(), cut in 0..80_usize) {
            let masker = Masker::new([secret.as_bytes()]);
            let whole = [&before[..], secret.as_bytes(), &after].concat();
            prop_assert!(!holds_a_piece(&masker.mask(&whole), secret.as_bytes()));
            prop_assert!(!holds_a_piece(&masker.mask_name(&whole), secret.as_bytes()) || reads_like_words(secret.as_bytes()));
            let (head, tail) = secret.split_at(cut.min(secret.len()));
            for part in [[&before[..], head.as_bytes()].concat(), [tail.as_bytes(), &after].concat()] {
                let left = masker.mask(&part);
                let pieces = secret.as_bytes().windows(PIECE).filter(|p| !reads_like_words(p));
                for piece in pieces {
                    prop_assert!(!left.windows(PIECE).any(|w| w == piece));
                }
            }
        }
    }
}
