//! Samples: texts with holes, which become texts with tokens only while a test or `rules check` runs.
//!
//! Takes a template and a seed, gives the text; `rules/README.md` lists the holes. No whole token stands
//! in a rule file that way, and none is found there by whoever scans this repository. What is drawn looks
//! random to the filters as well: values that resemble placeholders are drawn again.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use thiserror::Error;

use crate::finding::Checksum;
use crate::matcher::checksum::{Verifier, verifier};

/// More than any token needs, and little enough for a test.
const LONGEST: usize = 65_535;
/// Holes stand in holes in two or three layers at most; the limit keeps odd files from the stack's end.
const DEEPEST: usize = 4;
/// How often a value is drawn again; classes too small to give any other value end here.
const REDRAWS: usize = 50;
/// The same for encoded text, whose own holes are drawn again as well.
const ENCODED_REDRAWS: usize = 8;
/// From this length on a value has to look random.
const LONG_VALUE: usize = 12;
/// Words and runs that the placeholder filters know.
const PLACEHOLDER_WORDS: &str = "example sample placeholder dummy fake redact changeme your insert replace secret \
     token test xxxx todo abcdefgh 12345678 01234567 qwerty deadbeef";
/// Named classes, as the inside of a bracket expression.
const CLASSES: [(&str, &str); 12] = [
    ("alnum", "A-Za-z0-9"),
    ("alpha", "A-Za-z"),
    ("upper", "A-Z"),
    ("lower", "a-z"),
    ("digit", "0-9"),
    ("hex", "0-9a-f"),
    ("uphex", "0-9A-F"),
    ("upalnum", "A-Z0-9"),
    ("lowalnum", "a-z0-9"),
    ("base32", "A-Z2-7"),
    ("b64", "A-Za-z0-9+/"),
    ("b64url", "A-Za-z0-9_-"),
];

/// Why a hole cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HoleError {
    /// The count is missing, no number, zero, or too large.
    #[error("hole `{0}` needs a count from 1 to {LONGEST}")]
    Count(String),
    /// The closing brace, or the `>` before it, is missing.
    #[error("hole `{0}` is not closed")]
    Unclosed(String),
    /// A class of one's own has no character, or a range that runs backwards.
    #[error("`{0}` is no set of characters")]
    Set(String),
    /// Holes stand in holes too deep.
    #[error("holes stand more than {DEEPEST} deep in each other")]
    Depth,
    /// GitHub's checksum begins behind an underscore, and there is none.
    #[error("no `_` stands before a `crc32` hole")]
    Underscore,
    /// A `crc32` hole has six digits and no other number.
    #[error("hole `{0}` must be `${{crc32:6}}`")]
    Crc32(String),
    /// No verifier has this name, or it has nothing to compute.
    #[error("no verifier `{0}` that completes tokens")]
    Verifier(String),
    /// The verifier does not know the text before the hole as the beginning of a token.
    #[error("verifier `{0}` cannot complete the text before the hole")]
    Incomplete(String),
}

/// Fills the holes of `template`; the same seed gives the same text. A `$` that begins no hole of ours,
/// as in `${HOME}` or `${{ secrets.X }}`, stays as it is.
pub fn fill(template: &str, seed: u64) -> Result<String, HoleError> {
    expand(template, &mut Random(seed), 0)
}

fn expand(template: &str, random: &mut Random, depth: usize) -> Result<String, HoleError> {
    if depth > DEEPEST {
        return Err(HoleError::Depth);
    }
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, body)) = rest.split_once("${") {
        text.push_str(before);
        rest = match Hole::parse(body)? {
            Some((hole, behind)) => {
                text.push_str(&hole.value(&text, random, depth)?);
                behind
            }
            None => {
                text.push_str("${");
                body
            }
        };
    }
    text.push_str(rest);
    Ok(text)
}

/// One hole as written.
enum Hole<'t> {
    /// So many characters of a class.
    Chars(Vec<char>, usize),
    /// A random UUID.
    Uuid,
    /// The encoding of a text in which holes may stand.
    Encoded(fn(&str) -> String, &'t str),
    /// GitHub's checksum.
    Crc32,
    /// What a verifier wants for the end of the token.
    Sum(&'t str),
    /// Base64 of a DER sequence with so many bytes in it.
    Der(usize),
}

impl<'t> Hole<'t> {
    /// Reads the hole that `body`, the text behind `${`, begins with; gives the text behind it too.
    fn parse(body: &'t str) -> Result<Option<(Self, &'t str)>, HoleError> {
        let name_len = body.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, rest) = body.split_at(name_len);
        if let Some(text) = rest.strip_prefix('<') {
            return Self::parse_bracket(name, text);
        }
        if let Some(behind) = rest.strip_prefix('}') {
            return match class(name) {
                Some(_) => Err(HoleError::Count(shown(body))),
                None => Ok((name == "uuid").then_some((Self::Uuid, behind))),
            };
        }
        match rest.strip_prefix(':') {
            Some(argument) => Self::parse_argument(name, argument, body),
            None => Ok(None),
        }
    }

    /// Reads `${NAME:argument}`.
    fn parse_argument(
        name: &str,
        argument: &'t str,
        body: &str,
    ) -> Result<Option<(Self, &'t str)>, HoleError> {
        if class(name).is_none() && !matches!(name, "der" | "crc32" | "sum") {
            return Ok(None);
        }
        let (argument, behind) = argument.split_once('}').ok_or_else(|| HoleError::Unclosed(shown(body)))?;
        let hole = match (name, class(name)) {
            (_, Some(chars)) => Self::Chars(chars_of(chars)?, count(argument, body)?),
            ("der", _) => Self::Der(count(argument, body)?),
            ("crc32", _) if argument == "6" => Self::Crc32,
            ("crc32", _) => return Err(HoleError::Crc32(shown(body))),
            _ => Self::Sum(argument),
        };
        Ok(Some((hole, behind)))
    }

    /// Reads `${NAME<text...`.
    fn parse_bracket(name: &str, text: &'t str) -> Result<Option<(Self, &'t str)>, HoleError> {
        let encode: fn(&str) -> String = match name {
            "b64" => |text| STANDARD.encode(text),
            "b64url" => |text| URL_SAFE_NO_PAD.encode(text),
            "hex" => |text| text.bytes().map(|byte| format!("{byte:02x}")).collect(),
            "set" => return Self::parse_set(text).map(Some),
            _ => return Ok(None),
        };
        let (inner, behind) =
            enclosed(text).ok_or_else(|| HoleError::Unclosed(shown(&format!("{name}<{text}"))))?;
        Ok(Some((Self::Encoded(encode, inner), behind)))
    }

    /// Reads what stands behind `${set<`.
    fn parse_set(text: &'t str) -> Result<(Self, &'t str), HoleError> {
        let unclosed = || HoleError::Unclosed(shown(&format!("set<{text}")));
        let (chars, rest) = text.split_once(">:").ok_or_else(unclosed)?;
        let (number, behind) = rest.split_once('}').ok_or_else(unclosed)?;
        Ok((Self::Chars(chars_of(chars)?, count(number, &format!("set<{text}"))?), behind))
    }

    /// What goes in the place of the hole; `left` is the text before it.
    fn value(&self, left: &str, random: &mut Random, depth: usize) -> Result<String, HoleError> {
        match self {
            Self::Chars(chars, count) => {
                drawn(chars.len(), REDRAWS, || Ok((0..*count).map(|_| random.choose(chars)).collect()))
            }
            Self::Uuid => drawn(16, REDRAWS, || Ok(uuid(random))),
            Self::Der(count) => drawn(64, REDRAWS, || Ok(STANDARD.encode(der_sequence(*count, random)))),
            Self::Encoded(encode, inner) => {
                drawn(1, ENCODED_REDRAWS, || expand(inner, random, depth + 1).map(|text| encode(&text)))
            }
            Self::Crc32 => github_checksum(left),
            Self::Sum(name) => completed(left, name),
        }
    }
}

/// The start of a hole, for a message about it.
fn shown(body: &str) -> String {
    let end = body.find('}').map_or(body.len(), |at| at + 1);
    format!("${{{}", body.get(..end).unwrap_or(body).chars().take(60).collect::<String>())
}

fn class(name: &str) -> Option<&'static str> {
    CLASSES.iter().find(|(known, _)| *known == name).map(|(_, chars)| *chars)
}

fn count(number: &str, body: &str) -> Result<usize, HoleError> {
    let plain = number.bytes().all(|byte| byte.is_ascii_digit());
    let count = number.parse().ok().filter(|count| plain && (1..=LONGEST).contains(count));
    count.ok_or_else(|| HoleError::Count(shown(body)))
}

/// The characters of the inside of a bracket expression; a dash at either end stands for itself.
fn chars_of(set: &str) -> Result<Vec<char>, HoleError> {
    let mut chars = Vec::new();
    let mut rest = set.chars();
    while let Some(first) = rest.next() {
        let mut ahead = rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) => {
                chars.extend(first..=last);
                rest = ahead;
                if last < first {
                    return Err(HoleError::Set(set.to_owned()));
                }
            }
            _ => chars.push(first),
        }
    }
    if chars.is_empty() { Err(HoleError::Set(set.to_owned())) } else { Ok(chars) }
}

/// Splits at the `>}` that closes a hole of which the opening was read already; holes that open in
/// between have to be closed first.
fn enclosed(text: &str) -> Option<(&str, &str)> {
    let mut open = 1;
    for (at, _) in text.char_indices() {
        let here = text.get(at..)?;
        if ["${b64<", "${b64url<", "${hex<"].iter().any(|opening| here.starts_with(opening)) {
            open += 1;
        } else if let Some(behind) = here.strip_prefix(">}") {
            open -= 1;
            if open == 0 {
                return Some((text.get(..at)?, behind));
            }
        }
    }
    None
}

/// Draws until the value looks random; `kinds` is how many characters its class has.
fn drawn(
    kinds: usize,
    times: usize,
    mut draw: impl FnMut() -> Result<String, HoleError>,
) -> Result<String, HoleError> {
    let mut value = draw()?;
    for _ in 0..times {
        if !resembles_placeholder(&value, kinds) {
            break;
        }
        value = draw()?;
    }
    Ok(value)
}

fn resembles_placeholder(value: &str, kinds: usize) -> bool {
    let chars: Vec<char> = value.chars().collect();
    let lower = value.to_ascii_lowercase();
    chars.len() >= LONG_VALUE
        && (chars.windows(5).any(|run| run.iter().all(|c| Some(c) == run.first()))
            || PLACEHOLDER_WORDS.split(' ').any(|word| lower.contains(word))
            || (kinds >= 16 && chars.iter().collect::<HashSet<_>>().len() < 9))
}

/// A UUID of version 4, all random but for the digits that say so.
fn uuid(random: &mut Random) -> String {
    let (high, low) = (random.next(), random.next());
    let (high, low) = (high & !0xf000 | 0x4000, low & !(0b11 << 62) | 0b10 << 62);
    let (first, second, third) = (high >> 32, high >> 16 & 0xffff, high & 0xffff);
    format!("{first:08x}-{second:04x}-{third:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
}

/// Tag, length and so many random bytes, as the body of a private key begins.
fn der_sequence(count: usize, random: &mut Random) -> Vec<u8> {
    let [.., high, low] = count.to_be_bytes();
    let header: &[u8] = match count {
        0..128 => &[0x30, low],
        128..256 => &[0x30, 0x81, low],
        _ => &[0x30, 0x82, high, low],
    };
    let body = std::iter::repeat_with(|| (random.next() >> 56) as u8).take(count);
    header.iter().copied().chain(body).collect()
}

/// GitHub's checksum over what stands behind the last underscore.
fn github_checksum(left: &str) -> Result<String, HoleError> {
    let (_, body) = left.rsplit_once('_').ok_or(HoleError::Underscore)?;
    completed(&format!("ghp_{body}"), "github-crc32")
}

/// The end that the verifier `name` wants for the token directly left of a hole. Where that token begins
/// only the verifier knows: it is asked for every beginning that an assignment or a URL could give.
fn completed(left: &str, name: &str) -> Result<String, HoleError> {
    let unknown = || HoleError::Verifier(name.to_owned());
    let known = verifier(name).ok_or_else(unknown)?;
    let complete = known.complete.ok_or_else(unknown)?;
    let between = |c: char| c.is_whitespace() || "\"'`<>()[]{},;".contains(c);
    let stretch = left.rsplit(between).next().unwrap_or(left);
    let inner = stretch.match_indices(['=', ':', '/', '@']).filter_map(|(at, _)| stretch.get(at + 1..));
    std::iter::once(stretch)
        .chain(inner)
        .find_map(|token| complete(token).filter(|tail| accepts(known, token, tail)))
        .ok_or_else(|| HoleError::Incomplete(name.to_owned()))
}

fn accepts(known: &Verifier, token: &str, tail: &str) -> bool {
    (known.verify)([token, tail].concat().as_bytes()) == Checksum::Valid
}

/// SplitMix64: small, and good enough for texts that only have to look random.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// One of `chars`, each as likely as any other; the upper half of a product has no bias worth naming.
    fn choose(&mut self, chars: &[char]) -> char {
        let at = (u128::from(self.next()) * chars.len() as u128) >> 64;
        chars.get(at as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::{Checksum, HoleError, fill, resembles_placeholder, verifier};

    fn filled(template: &str) -> String {
        fill(template, 7).expect(template)
    }

    #[test]
    fn classes_give_their_characters_and_no_others() {
        for (name, fits) in [
            ("alnum", (|c| c.is_ascii_alphanumeric()) as fn(char) -> bool),
            ("alpha", |c| c.is_ascii_alphabetic()),
            ("upper", |c| c.is_ascii_uppercase()),
            ("lower", |c| c.is_ascii_lowercase()),
            ("digit", |c| c.is_ascii_digit()),
            ("hex", |c| "0123456789abcdef".contains(c)),
            ("uphex", |c| "0123456789ABCDEF".contains(c)),
            ("upalnum", |c| c.is_ascii_uppercase() || c.is_ascii_digit()),
            ("lowalnum", |c| c.is_ascii_lowercase() || c.is_ascii_digit()),
            ("base32", |c| c.is_ascii_uppercase() || ('2'..='7').contains(&c)),
            ("b64", |c| c.is_ascii_alphanumeric() || "+/".contains(c)),
            ("b64url", |c| c.is_ascii_alphanumeric() || "_-".contains(c)),
            ("set<a-cX_->", |c| "abcX_-".contains(c)),
        ] {
            let value = filled(&format!("${{{name}:300}}"));
            assert_eq!(value.len(), 300, "{name}");
            assert!(value.chars().all(fits), "{name}: {value}");
        }
    }

    #[test]
    fn text_without_holes_stays() {
        for text in
            ["", "$", "${", "$VAR ${HOME} ${{ secrets.X }}", "${X:-${Y}} ${sum} ${a<b>} 100 %", "é ${ü}"]
        {
            assert_eq!(filled(text), text);
        }
    }

    #[test]
    fn one_seed_gives_one_text() {
        let template = "${alnum:20} ${uuid} ${b64<${hex:8}>} ${der:40}";
        assert_eq!(fill(template, 1), fill(template, 1));
        assert_ne!(fill(template, 1), fill(template, 2));
    }

    #[test]
    fn encodings_hold_their_text() {
        assert_eq!(filled("${b64<user:pass!>}|${b64url<a>>}|${hex<az>}"), "dXNlcjpwYXNzIQ==|YT4|617a");
        assert_eq!(filled("${b64<x${hex<${b64url<a>}>}y>}."), filled("${b64<x5951y>}."));
        let json = filled(r#"${b64url<{"k":"${alnum:8}","n":"${set<}>:3}"}>}"#);
        assert!(json.starts_with("eyJrIjoi") && json.len() == 35, "{json}");
    }

    #[test]
    fn checksums_complete_the_token_before_them() {
        let judge = |name: &str, token: &str| (verifier(name).expect(name).verify)(token.as_bytes());
        for (template, name) in [
            ("ghp_${alnum:30}${crc32:6}", "github-crc32"),
            ("ghp_${alnum:30}${sum:github-crc32}", "github-crc32"),
            ("//registry/:_authToken=npm_${alnum:30}${sum:github-crc32}", "github-crc32"),
            ("GH_TOKEN=cfut_${alnum:40}${sum:cloudflare-crc32}", "cloudflare-crc32"),
            ("ATLASSIAN=ATATT3xFfGF0${b64url:60}=${sum:atlassian-crc32}", "atlassian-crc32"),
            ("https://u:glsa_${alnum:32}_${sum:grafana-crc32}", "grafana-crc32"),
            ("AccountKey=${b64:76}+ASt${sum:azure-marvin32}", "azure-marvin32"),
            ("x: pypi-AgEIcHlwaS5vcmc${b64url:81}${sum:pypi-macaroon}", "pypi-macaroon"),
            ("k=AGE-SECRET-KEY-1${set<QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L>:52}${sum:bech32}", "bech32"),
            ("T=glpat-${b64url<${b64url:16}c:1\no:z\u{10}>}.01.${sum:gitlab-crc32}", "gitlab-crc32"),
        ] {
            let text = filled(template);
            let starts =
                ["ghp_", "npm_", "cfut_", "ATATT", "glsa_", "pypi-", "AGE-", "glpat-", "AccountKey="];
            let start = starts.iter().find_map(|start| text.find(start)).expect(template);
            let token = text[start..].trim_start_matches("AccountKey=");
            assert_eq!(judge(name, token), Checksum::Valid, "{text}");
        }
    }

    #[test]
    fn der_is_a_sequence_of_so_many_bytes() {
        assert!(filled("${der:600}").starts_with("MIICW"));
        assert_eq!(filled("${der:1}").len(), 4);
        assert_eq!(filled("${der:200}").len(), 203_usize.div_ceil(3) * 4);
    }

    #[test]
    fn uuids_are_of_version_four() {
        let uuid = filled("${uuid}");
        assert_eq!(uuid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(uuid[14..].starts_with('4') && "89ab".contains(&uuid[19..20]), "{uuid}");
    }

    #[test]
    fn bad_holes_are_errors() {
        use HoleError::{Count, Crc32, Depth, Incomplete, Set, Unclosed, Underscore, Verifier};
        for hole in ["alnum:x", "alnum:0", "hex:-1", "b64:", "upper", "digit:99999999", "der:+5", "set<a>:"] {
            assert_eq!(fill(&format!("a${{{hole}}}b"), 1), Err(Count(format!("${{{hole}}}"))));
        }
        let of = |template: &str| fill(template, 1).expect_err(template);
        assert!(matches!(of("${alnum:3"), Unclosed(_)));
        assert!(matches!(of("${b64<x${hex<y>}"), Unclosed(_)));
        assert!(matches!(of("${set<>:3}"), Set(_)));
        assert!(matches!(of("${set<z-a>:3}"), Set(_)));
        assert_eq!(of("a_${crc32:8}"), Crc32("${crc32:8}".into()));
        assert_eq!(of("a${crc32:6}"), Underscore);
        assert_eq!(of("ghp_${sum:jwt}"), Verifier("jwt".into()));
        assert_eq!(of("no token ${sum:canva-crc32}"), Incomplete("canva-crc32".into()));
        assert_eq!(of(&format!("{}x{}", "${hex<".repeat(5), ">}".repeat(5))), Depth);
        assert_eq!(of("${crc32:8}").to_string(), "hole `${crc32:8}` must be `${crc32:6}`");
    }

    #[test]
    fn small_classes_end() {
        assert_eq!(filled("${set<x>:40}"), "x".repeat(40));
    }

    proptest! {
        #[test]
        fn values_do_not_resemble_placeholders(seed in any::<u64>()) {
            for class in ["alnum", "hex", "base32", "digit", "b64url"] {
                let value = fill(&format!("${{{class}:40}}"), seed).expect(class);
                prop_assert!(!resembles_placeholder(&value, 10), "{}", value);
            }
        }

        #[test]
        fn any_template_ends_without_a_panic(template in r"(\$\{|[a-z0-9]{1,6}|[:<>}]|.|b64<|set<|>\}){0,20}") {
            prop_assert_eq!(fill(&template, 3), fill(&template, 3));
        }
    }
}
