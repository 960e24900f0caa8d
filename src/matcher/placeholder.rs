//! Values that only stand for a secret: runs of one character, alphabets, words such as "example", and
//! the tokens that vendors print in their own documentation.
//!
//! Takes the bytes of a candidate, gives the reason why it is no secret, if there is one. Fillers and words
//! that ask for a value say that plainly; the others say only that somebody seems to have made it up. The
//! tests of both are ordered by how sure they are. The caller must not ask about a token whose checksum is valid: random
//! tokens do hold a given short word now and then, and a checksum proves more than a word disproves.

use sha2::{Digest, Sha256};

/// Why a value is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// One character again and again for half of the value or more.
    Filler,
    /// A word such as "your" or "changeme", which asks for a value.
    Request,
    /// One character six times or more in a row.
    Run,
    /// A short piece repeated over the whole length.
    Repeats,
    /// A stretch of the alphabet, of the digits or of the keyboard.
    Sequence,
    /// A word such as "example" or "fake".
    Word,
    /// Digits at even distances.
    Rhythm,
    /// Too few different characters for its length.
    LowVariety,
}

impl Placeholder {
    /// The reason in a few words, to be read after "placeholder: ".
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Filler => "little but one character",
            Self::Request => "a word that asks for a value",
            Self::Run => "one character many times in a row",
            Self::Repeats => "a short piece repeated",
            Self::Sequence => "a stretch of alphabet, digits or keyboard",
            Self::Word => "a word that marks examples",
            Self::Rhythm => "digits at even distances, as hands type them",
            Self::LowVariety => "too few different characters",
        }
    }

    /// The reason to doubt a value that has the shape of one issuer's tokens and looks made up; `None` for
    /// what nobody could take for a token, whatever its shape.
    pub fn doubt(&self) -> Option<&'static str> {
        match self {
            Self::Filler | Self::Request => None,
            Self::Run => Some("looks made up: one character many times in a row"),
            Self::Repeats => Some("looks made up: a short piece repeated"),
            Self::Sequence => Some("looks made up: a stretch of alphabet, digits or keyboard"),
            Self::Word => Some("looks made up: a word that marks examples"),
            Self::Rhythm => Some("looks made up: digits at even distances, as hands type them"),
            Self::LowVariety => Some("looks made up: too few different characters"),
        }
    }
}

/// What each reason of [`Placeholder::doubt`] begins with.
pub(crate) const MADE_UP: &str = "looks made up";

/// Words that ask for a value, or stand for one that was taken out.
const REQUESTS: [&[u8]; 9] =
    [b"placeholder", b"redact", b"changeme", b"change_me", b"your", b"insert", b"replace", b"xxxx", b"todo"];

/// Words that mark an example wherever they stand, and never stand in the public prefix of a token.
const MARKS: [&[u8]; 4] = [b"example", b"sample", b"dummy", b"fake"];

/// Words that mark an example in the variable part only: `sk_test_` and `sb_secret_` are real prefixes.
const PREFIX_WORDS: [&[u8]; 3] = [b"secret", b"token", b"test"];

/// Stretches that are neither an alphabet nor digits in order. Each is looked for backwards too.
const KEYBOARD: [&[u8]; 4] = [b"qwerty", b"ytrewq", b"deadbeef", b"feebdaed"];

/// How far from the start the separator behind a public prefix may stand.
const PREFIX_MAX: usize = 14;

/// The shortest variable part that is worth looking at alone.
const PART_MIN: usize = 12;

/// The part of a token behind its public prefix (`ghp_`, `github_pat_`, `sk-proj-`), or all of it.
///
/// The prefix ends at the last `_`, `-` or `.` of the first 14 bytes that leaves at least 12 bytes. A
/// beginning that marks an example (`your-github-...`) is no prefix and stays.
pub fn variable_part(secret: &[u8]) -> &[u8] {
    let head = PREFIX_MAX.min(secret.len().saturating_sub(PART_MIN));
    let Some(at) = secret[..head].iter().rposition(|b| matches!(b, b'_' | b'-' | b'.')) else {
        return secret;
    };
    let head = &secret[..=at];
    if has_word(head, &REQUESTS) || has_word(head, &MARKS) { secret } else { &secret[at + 1..] }
}

/// The reason why the variable part `part` of a candidate is no secret; `None` if it may be one.
///
/// `words` must be false where something else vouches for the token, such as a structure that decodes.
pub fn placeholder(part: &[u8], words: bool) -> Option<Placeholder> {
    if is_filler(part) {
        Some(Placeholder::Filler)
    } else if words && has_word(part, &REQUESTS) {
        Some(Placeholder::Request)
    } else if has_run(part) {
        Some(Placeholder::Run)
    } else if repeats(part) {
        Some(Placeholder::Repeats)
    } else if has_sequence(part) {
        Some(Placeholder::Sequence)
    } else if has_rhythm(part) {
        Some(Placeholder::Rhythm)
    } else if words && (has_word(part, &MARKS) || has_word(part, &PREFIX_WORDS)) {
        Some(Placeholder::Word)
    } else if low_variety(part) {
        Some(Placeholder::LowVariety)
    } else {
        None
    }
}

/// Whether the whole secret, prefix and all, is a token that a vendor printed in its documentation.
pub fn documented(secret: &[u8]) -> bool {
    DOCUMENTED.binary_search(&known_hash(secret)).is_ok()
}

/// The first 8 bytes of the SHA-256 of a whole secret: a name for a known value that does not show it.
pub fn known_hash(secret: &[u8]) -> u64 {
    Sha256::digest(secret).iter().take(8).fold(0, |hash, &byte| hash << 8 | u64::from(byte))
}

/// Shannon entropy in bits per byte; 0 for no bytes.
pub fn entropy(bytes: &[u8]) -> f32 {
    let mut counts = [0u32; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    let len = bytes.len() as f32;
    let bits = |&count: &u32| {
        let share = count as f32 / len;
        -share * share.log2()
    };
    counts.iter().filter(|&&count| count > 0).map(bits).sum()
}

/// Step 1: stretches of one character, each of four or more, make up half of the value, and one of them is
/// a run by the measure of [`has_run`].
fn is_filler(part: &[u8]) -> bool {
    let stretches = part.chunk_by(|a, b| a == b).map(<[u8]>::len).filter(|len| *len >= 4);
    stretches.sum::<usize>() * 2 >= part.len() && has_run(part)
}

/// Step 3. Small alphabets repeat a character by chance more often. In long values (keys hold stretches
/// of zero bytes) the run must be a fair share of the whole.
fn has_run(part: &[u8]) -> bool {
    let longest = part.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0);
    let needed = match () {
        () if longest < 6 => return false,
        () if part.iter().all(u8::is_ascii_digit) => 9,
        () if part.iter().all(u8::is_ascii_hexdigit) => 7,
        () => 6,
    };
    longest == part.len() || longest >= needed && (part.len() <= 128 || longest * 8 >= part.len())
}

/// Step 4: some period of at most 12 bytes fills the whole, at least twice.
fn repeats(part: &[u8]) -> bool {
    let longest = (part.len() / 2).min(12);
    part.len() >= 8 && (1..=longest).any(|period| part[period..] == part[..part.len() - period])
}

/// Step 5: eight neighbours in order (`abcdefgh`, `87654321`), the same with something put in between
/// (`a1b2c3d4e5`), or a stretch of keyboard.
fn has_sequence(part: &[u8]) -> bool {
    let ordered = |stride, up| longest_ordered(part, stride, up) >= 7;
    [1, 2].into_iter().any(|stride| ordered(stride, true) || ordered(stride, false))
        || is_put_in_order(part)
        || has_word(part, &KEYBOARD)
}

/// Whether several stretches of five neighbours or more, such as those of `abcdefg12345`, make up all but a few
/// bytes. One alone is what people put behind a letter in passwords.
fn is_put_in_order(part: &[u8]) -> bool {
    let follows = |a: &u8, b: &u8| {
        let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
        a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() && (a + 1 == b || (a, b) == (b'9', b'0'))
    };
    let stretches = || part.chunk_by(follows).map(<[u8]>::len).filter(|len| *len >= 5);
    stretches().count() >= 2 && stretches().sum::<usize>() * 4 >= part.len() * 3
}

/// Step 4a: at least five digits, each as far from the last as all others, with two letters or more between
/// (`q7zk2mw9xt4b...`). Of 20 random letters and digits one in some 10,000 are so. With one letter between,
/// ten digits (`p-d4c3b2a1-f6e5-...`): one in some 2,000,000 of random hex. What joins the parts does not count.
fn has_rhythm(part: &[u8]) -> bool {
    let characters = part.iter().filter(|b| b.is_ascii_alphanumeric()).enumerate();
    let mut digits = characters.filter(|(_, b)| b.is_ascii_digit()).map(|(at, _)| at);
    let (Some(first), Some(second)) = (digits.next(), digits.next()) else { return false };
    let step = second - first;
    let (mut last, mut count) = (second, 2);
    for at in digits {
        if at - last != step {
            return false;
        }
        (last, count) = (at, count + 1);
    }
    count >= 5 && step >= 3 || count >= 10 && step == 2
}

/// The most steps in a row that lead from a letter or digit to its neighbour `stride` bytes on.
fn longest_ordered(part: &[u8], stride: usize, up: bool) -> usize {
    let (mut longest, mut steps) = (0, 0);
    for (a, b) in part.iter().zip(part.iter().skip(stride)) {
        let (low, high) = if up { (a, b) } else { (b, a) };
        let (low, high) = (low.to_ascii_lowercase(), high.to_ascii_lowercase());
        let step = low.is_ascii_alphanumeric() && high.is_ascii_alphanumeric() && low + 1 == high;
        steps = if step { steps + 1 } else { 0 };
        longest = longest.max(steps);
    }
    longest
}

/// Steps 2 and 6. `words` are in lower case. Words of four letters are left out in long values, which hold one
/// by chance too often: 2^-20 a place and word.
fn has_word(text: &[u8], words: &[&[u8]]) -> bool {
    let shortest = if text.len() > 96 { 5 } else { 4 };
    (0..text.len()).any(|at| {
        let first = text[at].to_ascii_lowercase();
        words.iter().any(|word| {
            word[0] == first
                && word.len() >= shortest
                && text[at..].get(..word.len()).is_some_and(|here| here.eq_ignore_ascii_case(word))
        })
    })
}

/// Step 7. The thresholds lie below anything that 30,000 random values of each alphabet and length came
/// to; short values are left alone, since they cannot hold much variety.
fn low_variety(part: &[u8]) -> bool {
    let len = part.len();
    if len < 16 {
        return false;
    }
    let mut seen = [false; 256];
    part.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    let distinct = seen.iter().filter(|&&seen| seen).count();
    let (few, floor) = match () {
        () if part.iter().all(u8::is_ascii_digit) => (3, 1.75),
        () if part.iter().all(u8::is_ascii_hexdigit) => {
            if len < 32 {
                (4, 2.25)
            } else {
                (7, 2.75)
            }
        }
        () => {
            if len < 28 {
                (6, 2.6)
            } else {
                (8, 3.0)
            }
        }
    };
    (distinct <= few && distinct * 2 < len) || (len >= 20 && entropy(part) < floor)
}

/// [`known_hash`] of each documented value, sorted.
const DOCUMENTED: [u64; 21] = [
    0x0011_cc25_eb43_2071, // Azurite storage emulator, account key
    0x00cf_4c78_1dc3_7003, // RFC 6749, refresh token
    0x0cec_afe4_ec47_6606, // GitHub docs, ghr example
    0x1a5d_44a2_dca1_9669, // AWS docs, access key id
    0x3543_c50b_0cb9_cea8, // GitHub docs, ghp example
    0x4c09_422b_949a_7172, // GitHub REST docs, 40 hex digits
    0x6c96_130f_130a_b0d6, // RFC 6749, access token
    0x6d7f_a4e6_4d4b_1f3e, // GitHub docs, refresh token example, first spelling
    0x72a6_2cdd_4f38_0777, // GitHub docs, refresh token example, second spelling
    0x7831_4b11_be2e_5815, // AWS docs, secret access key
    0x7864_dcf6_f9bb_c551, // octokit/auth-token README, the same without its version
    0x797c_0ce4_1458_6cc8, // GitHub docs, ghs example
    0x8094_81ac_9de1_f321, // GitHub docs, user-to-server example
    0x82e7_4299_544e_0073, // GitHub docs, ghu example
    0xa070_2bc9_1d69_9f60, // NuGet docs, nuget.config reference, password
    0xaa65_4743_9583_c3a2, // Azure Cosmos DB emulator, account key
    0xb0cf_0094_f79d_bb3d, // octokit/auth-token README, installation token
    0xb8e1_4854_5b13_c78b, // RFC 6750, bearer token
    0xbc3a_e723_f57c_6b9e, // GitHub docs, gho example
    0xdba7_2c00_f41f_4e4c, // NuGet docs, nuget.config reference, password
    0xe997_4c50_7d2a_8021, // RFC 6749, secret of a client
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits of a linear congruential generator in the given alphabet: random enough, never the same
    /// as anybody's secret.
    fn random(alphabet: &[u8], len: usize, seed: u64) -> Vec<u8> {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            alphabet[(state >> 33) as usize % alphabet.len()]
        };
        (0..len).map(|_| next()).collect()
    }

    const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    fn reason(part: &str) -> Option<Placeholder> {
        placeholder(part.as_bytes(), true)
    }

    #[test]
    fn each_test_has_its_reason() {
        assert_eq!(reason("aB3yyyyyyy9Kq"), Some(Placeholder::Filler));
        assert_eq!(reason("0000-0000-000000"), Some(Placeholder::Filler));
        assert_eq!(reason("kJ8YoUr0qLmtest"), Some(Placeholder::Request));
        assert_eq!(reason("aB3yyyyyy9KqZ"), Some(Placeholder::Run));
        assert_eq!(reason(&"4f9a7c".repeat(6)), Some(Placeholder::Repeats));
        assert_eq!(reason("Zk3ABCDEFGHq81m"), Some(Placeholder::Sequence));
        assert_eq!(reason("Zk3q98765432m"), Some(Placeholder::Sequence));
        assert_eq!(reason("K9a1b2c3d4e5f6Q"), Some(Placeholder::Sequence));
        assert_eq!(reason("1QWErty7"), Some(Placeholder::Sequence));
        assert_eq!(reason("abcdefg12345"), Some(Placeholder::Sequence));
        assert_eq!(reason("012345abcdefX"), Some(Placeholder::Sequence));
        assert_eq!(reason("kJ8ExAmPle0qLm"), Some(Placeholder::Word));
        assert_eq!(reason("abbcacbaabcbbacacbca"), Some(Placeholder::LowVariety));
    }

    #[test]
    fn words_are_left_alone_when_something_vouches() {
        assert_eq!(placeholder(b"kJ8test0qLmZ72", false), None);
        assert_eq!(placeholder(b"kJ8test0qLmZ72", true), Some(Placeholder::Word));
    }

    #[test]
    fn digits_that_take_turns_with_letters_are_typed_by_hand() {
        assert_eq!(reason("p-d4c3b2a1-f6e5-h8g7-j1i8-p5o0n5"), Some(Placeholder::Rhythm));
        assert_eq!(reason("1Z2y3X4w5V6u7T8s9R0q"), Some(Placeholder::Rhythm));
        assert_eq!(reason("p-d4c3b2a1-f6e5-h87"), None);
    }

    #[test]
    fn short_values_are_not_blamed_for_few_characters() {
        for short in ["hunter2", "aabbcca", "1029384", "a123456", "", "a"] {
            assert_eq!(reason(short), None, "{short}");
        }
    }

    #[test]
    fn random_values_of_every_alphabet_pass() {
        for alphabet in [BASE62, &BASE62[..10], b"0123456789abcdef", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"] {
            for seed in 0..4000 {
                let value = random(alphabet, 16 + seed as usize % 40, seed);
                assert_eq!(placeholder(&value, false), None, "{:?}", String::from_utf8_lossy(&value));
            }
        }
    }

    #[test]
    fn zero_bytes_inside_a_long_key_are_no_run() {
        let mut key = random(BASE62, 300, 7);
        key.splice(40..40, *b"AAAAAAAAA");
        assert_eq!(placeholder(&key, true), None);
    }

    #[test]
    fn prefixes_are_stripped_up_to_the_last_separator() {
        let tail = String::from_utf8(random(BASE62, 30, 3)).unwrap();
        for prefix in ["ghp_", "github_pat_", "sk-proj-", "xoxb-", "sk_test_", "SG.", "sk-ant-api03-"] {
            let token = format!("{prefix}{tail}");
            assert_eq!(variable_part(token.as_bytes()), tail.as_bytes(), "{prefix}");
        }
    }

    #[test]
    fn prefixes_that_are_none_stay() {
        for whole in ["AKIA2OGYBAH6STMMNXN", "short_secret", "your-github-goes-here-please", "", "_"] {
            assert_eq!(variable_part(whole.as_bytes()), whole.as_bytes());
        }
        assert_eq!(variable_part(b"a_b_cdefghijklmn"), b"cdefghijklmn");
        assert_eq!(variable_part(b"a_b_cdefghijklm"), b"b_cdefghijklm");
    }

    #[test]
    fn documented_values_are_known_by_hash_alone() {
        let body = ["16C7e42F292c69", "12E7710c838347", "Ae178B4a"].concat();
        for kind in ["p", "o", "u", "s", "r"] {
            assert!(documented(format!("gh{kind}_{body}").as_bytes()));
        }
        let mut value = ["AKIAIOSF", "ODNN7", "EXAMPLE"].concat();
        assert!(documented(value.as_bytes()));
        value.push('X');
        assert!(!documented(value.as_bytes()));
        assert!(documented(["33f!!", "lloppa"].concat().as_bytes()));
        assert!(DOCUMENTED.is_sorted());
    }

    #[test]
    fn entropy_is_shannons() {
        assert_eq!(entropy(b""), 0.0);
        assert_eq!(entropy(b"aaaa"), 0.0);
        assert!((entropy(b"abcdabcd") - 2.0).abs() < 1e-6);
    }
}
