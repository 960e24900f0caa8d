//! Passwords: could a value be what somebody chose, rather than a label, a name or a stand-in?
//!
//! Takes the value, how it was written and the path of the file; gives a confidence with its reason, or a
//! reason to turn it down. Passwords have no shape, so everything else that stands under such a name has to
//! be told apart: names of fields and classes, texts of a user interface, types, templates, paths, digests.
//! In a file of configuration a plain word is a password; in code it is a name more often than not.

use base64::Engine as _;
use bstr::{BStr, ByteSlice};

use super::judge::Reject;
use super::nonsecret::{is_digest, is_dotted, is_expression, is_label, is_path, is_template};
use super::random::is_random;
use super::{placeholder, reference};
use crate::rule::Confidence;

/// Longest value that is taken for a password, in bytes.
const LONGEST: usize = 100;

/// Values that stand for no secret, in lower case without signs and digits at their end.
const STAND_INS: &str = "\
    password passwd passw0rd passwort pass pwd pw passphrase secret secretkey secretpassword \
    changethis test testing tester user username login guest token key apikey none null nil \
    undefined empty todo tbd true false yes no on off enabled disabled basic plain bearer default dummy foo \
    bar baz foobar value string text hidden required optional private public object boolean number integer \
    varchar unknown redacted removed masked mypassword mypass mypwd mysecret newpassword oldpassword \
    yourpassword somepassword anypassword wrongpassword badpassword wrong invalid incorrect bad good new old \
    current confirm email mail phone name file prompt env ask auto random generate generated md5 sha sha256 \
    sha512 bcrypt argon scrypt base64 utf oauth anonymous field input label form char type self this \
    rootpass userpass testpass testpassword testuser abc abcd mock fake sample example stub pa$$word s3cret";

/// What a first start-up sets, or nothing but a developer's machine knows.
const WEAK: &str = "root admin administrator postgres postgresql mysql mariadb redis mongo mongodb rabbitmq minio \
    minioadmin localhost local dev development sa toor super manager demo qwerty \
    changeme changeit";

/// Words that mark a plain word as a stand-in.
const MARKS: [&[u8]; 7] = [b"your", b"example", b"change", b"dummy", b"sample", b"placeholder", b"replace"];

/// Words that make an unadorned value a name of something: `password_field`, `loginSecret`.
const NAMING: [&[u8]; 11] = [
    b"pass", b"pwd", b"secret", b"token", b"login", b"user", b"email", b"field", b"input", b"valid", b"auth",
];

/// What is made of the name and path: in what way a value is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Setting {
    /// The file is one of settings, not of code.
    pub config: bool,
    /// The file holds the words of a user interface.
    pub translation: bool,
    /// It belongs to tests or examples.
    pub test: bool,
}

impl Setting {
    /// What the path of a file says.
    pub(super) fn of(path: &BStr) -> Self {
        Self { config: is_config(path), translation: is_translation(path), test: false }
    }
}

/// Judges a value under the name of a password.
pub(super) fn judge(value: &[u8], setting: Setting) -> Result<(Confidence, Option<&'static str>), Reject> {
    if let Some(decoded) = decoded(value) {
        return judge(&decoded, setting);
    }
    let shape = Shape::of(value);
    if value.len() > LONGEST || shape.foreign || reference::is_reference(value) || is_template(value) {
        return Err(Reject::Reference);
    }
    if is_expression(value) || is_path(value) || is_dotted(value) {
        return Err(Reject::Name);
    }
    let word = bare(value);
    // `rootpassword` is a name in code; in a file of settings it opens something.
    let is_word = setting.config && shape.lower == value.len();
    let is_marked = is_word && MARKS.iter().any(|m| contains_folded(value, m));
    let stands_in = placeholder::placeholder(value, !is_word).is_some_and(|p| is_stand_in(p, value));
    if word == b"changeme" && setting.test {
        return Err(Reject::Placeholder("a word that asks to be replaced"));
    }
    if listed(WEAK, &word) {
        return Ok((Confidence::Low, Some("a default of an installation")));
    }
    if listed(STAND_INS, &word) || is_marked || stands_in {
        return Err(Reject::Placeholder("a word that stands for a password"));
    }
    let is_naming = NAMING.iter().any(|n| contains_folded(value, n));
    if !shape.adorned() && !is_word && (is_naming || is_label(value)) {
        return Err(Reject::Name);
    }
    if is_digest(value) {
        return Ok((Confidence::Low, Some("looks like a digest or an id")));
    }
    if setting.translation {
        return Ok((Confidence::Low, Some("in a file of translations")));
    }
    Ok(by_shape(value, &shape, setting))
}

/// What Kubernetes writes into a `Secret`: base64 of printable text. Only padding, or the end of a line that
/// `echo` left in it, tells it from a password.
fn decoded(value: &[u8]) -> Option<Vec<u8>> {
    if !value.len().is_multiple_of(4) {
        return None;
    }
    let plain = base64::engine::general_purpose::STANDARD.decode(value).ok()?;
    if !value.ends_with(b"=") && !plain.ends_with(b"\n") {
        return None;
    }
    let plain = plain.trim_ascii_end();
    let is_text =
        !plain.is_empty() && !plain.ends_with(b"=") && plain.iter().all(|b| (b'!'..=b'~').contains(b));
    is_text.then(|| plain.to_vec())
}

fn by_shape(value: &[u8], shape: &Shape, setting: Setting) -> (Confidence, Option<&'static str>) {
    let doubtful = (Confidence::Low, Some("may be a name or a word"));
    let enough = if setting.config { 4 } else { 6 };
    if value.len() < enough {
        return doubtful;
    }
    if shape.strong() || setting.config && !setting.test {
        return (Confidence::Medium, None);
    }
    doubtful
}

/// Which kinds of character a value holds.
#[derive(Debug, Default)]
struct Shape {
    lower: usize,
    upper: usize,
    digits: usize,
    /// Signs that names do not hold.
    signs: usize,
    /// Bytes that no password in a program's text holds: blanks, control characters, other scripts.
    foreign: bool,
    /// The only digits stand at the end, and are one or two.
    numbered: bool,
}

impl Shape {
    fn of(value: &[u8]) -> Self {
        let mut shape = Self::default();
        for b in value {
            match b {
                b'a'..=b'z' => shape.lower += 1,
                b'A'..=b'Z' => shape.upper += 1,
                b'0'..=b'9' => shape.digits += 1,
                b'_' | b'-' | b'.' => {}
                b'!'..=b'~' => shape.signs += 1,
                _ => shape.foreign = true,
            }
        }
        let tail = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        shape.numbered = tail == shape.digits && tail == 1;
        shape
    }

    /// More than a name: two digits, or a sign.
    fn adorned(&self) -> bool {
        self.signs > 0 || self.digits >= 2
    }

    /// Letters with digits or signs among them, not as names have them.
    fn strong(&self) -> bool {
        let letters = self.lower + self.upper;
        letters >= 2 && (self.signs > 0 || self.digits > 0 && !self.numbered)
    }
}

/// Lower case from the first letter to the last, without what joins words: `!Change_Me!2` is `changeme`.
fn bare(value: &[u8]) -> Vec<u8> {
    let is_letter = |b: &u8| b.is_ascii_alphabetic();
    let (start, end) = (value.iter().position(is_letter), value.iter().rposition(is_letter));
    let word = &value[start.unwrap_or(0)..end.map_or(0, |last| last + 1)];
    word.iter().filter(|b| !b"_-.".contains(b)).map(u8::to_ascii_lowercase).take(20).collect()
}

fn listed(list: &str, word: &[u8]) -> bool {
    !word.is_empty() && list.split_ascii_whitespace().any(|known| known.as_bytes() == word)
}

/// Weak passwords look like placeholders, too: `123456` is one that people use, `aaaaaa` none.
fn is_stand_in(why: placeholder::Placeholder, value: &[u8]) -> bool {
    why != placeholder::Placeholder::Sequence && !(is_random(value) && value.len() >= 12)
}

fn contains_folded(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word))
}

/// Whether a file holds settings: values without quotes are literals in it.
pub(super) fn is_config(path: &BStr) -> bool {
    let ends: [&[u8]; 27] = [
        b".yml",
        b".yaml",
        b".properties",
        b".ini",
        b".conf",
        b".cfg",
        b".config",
        b".env",
        b".sh",
        b".bash",
        b".zsh",
        b".cnf",
        b".service",
        b"dockerfile",
        b".settings",
        b".bat",
        b".tf",
        b".tfvars",
        b".rsp",
        b".ks",
        b".j2",
        b".tmpl",
        b".mk",
        b"makefile",
        b".prop",
        b".props",
        b".cmd",
    ];
    let lower = path.to_ascii_lowercase();
    let base = lower.rsplit(|b| *b == b'/').next().unwrap_or(b"");
    ends.iter().any(|e| lower.ends_with(e))
        || base.starts_with(b".env")
        || base.starts_with(b"dockerfile")
        || base.contains_str(".env.")
}

/// Whether a path is one of translations.
fn is_translation(path: &BStr) -> bool {
    let words: [&[u8]; 12] = [
        b"lang",
        b"langs",
        b"locale",
        b"locales",
        b"i18n",
        b"l10n",
        b"translations",
        b"translation",
        b"messages",
        b"intl",
        b"language",
        b"languages",
    ];
    path.to_ascii_lowercase()
        .split(|b| matches!(b, b'/' | b'.' | b'_' | b'-'))
        .any(|part| words.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: Setting = Setting { config: true, translation: false, test: false };
    const CODE: Setting = Setting { config: false, translation: false, test: false };

    fn level(value: &str, setting: Setting) -> Option<Confidence> {
        judge(value.as_bytes(), setting).ok().map(|v| v.0)
    }

    #[test]
    fn what_people_choose_is_found() {
        for value in
            ["hunter2horse", "S3cur3-Pa55!", "p@ssw0rd", "Zk31-mnoPq", "summer2019", "Delibera77", "a!b#cD1"]
        {
            assert_eq!(level(value, CODE), Some(Confidence::Medium), "{value}");
            assert_eq!(level(value, CONFIG), Some(Confidence::Medium), "{value}");
        }
        for value in ["woshimima", "opensesame", "123456"] {
            assert_eq!(level(value, CONFIG), Some(Confidence::Medium), "{value}");
            assert_eq!(level(value, CODE), Some(Confidence::Low), "{value}");
        }
    }

    #[test]
    fn a_word_that_names_itself_is_one_in_settings_alone() {
        assert_eq!(level("rootpassword", CONFIG), Some(Confidence::Medium));
        assert_eq!(level("rootpassword", CODE), None);
        assert_eq!(level("yoursecretpassword", CONFIG), None);
    }

    #[test]
    fn defaults_and_digests_are_doubtful() {
        for value in [
            "root",
            "Admin123",
            "changeme",
            "changeit",
            "d41d8cd98f00b204e9800998ecf8427e",
            "$2a$10$abcdefgh",
        ] {
            assert_eq!(level(value, CONFIG), Some(Confidence::Low), "{value}");
        }
    }

    #[test]
    fn names_labels_and_templates_are_none() {
        for value in [
            "password",
            "Password1",
            "new_password",
            "passwordField",
            "user.password",
            "Passwort",
            "DB_PASSWORD",
            "${DB_PASSWORD}",
            "{{ password }}",
            "%s",
            "<password>",
            "{0}",
            "$pass",
            ":password",
            "#password",
            "getPassword()",
            "config[x]",
            "^[a-z0-9]+$",
            "(?P<x>[A-Z]{9}=)",
            "###DB_PASS###",
            "Acme\\Type\\PasswordType",
            "Password:",
            "/run/secrets/db",
            "db.pem",
            "https://x.y/z",
            "xxxxxxxx",
            "your-password-here",
            "secret123",
            "Lösenord",
            "two words",
            "1.2.3",
            "ENC(abc12)",
        ] {
            assert_eq!(level(value, CONFIG), None, "{value}");
            assert_eq!(level(value, CODE), None, "{value}");
        }
    }

    #[test]
    fn a_path_says_what_kind_of_file_it_is() {
        assert!(
            is_config("a/application-dev.yml".into())
                && is_config("Dockerfile".into())
                && is_config(".env.prod".into())
        );
        assert!(!is_config("a/b.py".into()) && !is_config("a.json".into()));
        assert!(is_translation("app/lang/de.json".into()) && is_translation("messages_de.properties".into()));
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(value: Vec<u8>) {
            let _ = judge(&value, CODE);
        }
    }
}
