//! Passwords: could a value be what somebody chose, rather than a label, a name or a stand-in?
//!
//! Takes the value, how it was written and the path of the file; gives a confidence with its reason, or a
//! reason to turn it down. Passwords have no shape, so everything else that stands under such a name has to
//! be told apart: names of fields and classes, texts of a user interface, types, templates, paths, digests.
//! In a file of configuration a plain word is a password; in code it is a name more often than not.

mod words;

use base64::Engine as _;
use bstr::BStr;

pub(super) use words::stands_in;
use words::{bare, is_passphrase};

use super::judge::Reject;
use super::nonsecret::{
    is_crypt, is_digest, is_dotted, is_expression, is_label, is_path, is_template, is_validation,
};
use super::placeholder::Placeholder;
use super::random::is_random;
use super::setting::{Setting, is_config};
use super::{meaning, placeholder, reference};
use crate::rule::Confidence;

/// Longest value that is taken for a password, in bytes.
const LONGEST: usize = 100;

/// From this length on, in bytes, a value is more likely a key that was drawn, or made up, than one to remember.
const LONG: usize = 20;

/// `user@domain`: what a server for all is given in place of a password.
fn is_anyones_address(value: &[u8]) -> bool {
    const ANYONE: [&[u8]; 5] = [b"user", b"anonymous", b"email", b"guest", b"ftp"];
    let mut parts = value.splitn(2, |b| *b == b'@');
    let (user, host) = (parts.next().unwrap_or_default(), parts.next());
    ANYONE.contains(&user)
        && host.is_some_and(|host| host.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'.' | b'-')))
}

/// Whether a value outside of settings spells the name it is given to: `UNSET_PASSWORD = "#unset-password"`.
pub(super) fn spells(name: &[u8], value: &[u8]) -> bool {
    meaning::normalise(name) == meaning::normalise(value)
}

/// Whether a value in a URL names what belongs there: `ACCESS_ID`, `auth_token`, `accessToken`. A file of
/// settings holds URLs that work, and passwords such as `app_password`.
pub(super) fn names_itself(value: &[u8], path: &BStr) -> bool {
    let is_constant = value.iter().all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'-'));
    let is_joined = value.iter().any(|b| matches!(b, b'_' | b'-' | b'.' | b'A'..=b'Z'));
    let is_name = is_joined && !value.iter().any(u8::is_ascii_digit);
    let names_secret = || words::is_naming(value) || value.to_ascii_lowercase().ends_with(b"key");
    is_constant || is_name && !is_config(path) && names_secret()
}

/// Judges a value under the name of a password.
pub(super) fn judge(value: &[u8], setting: Setting) -> Result<(Confidence, Option<&'static str>), Reject> {
    if let Some(decoded) = decoded(value) {
        return judge(&decoded, setting);
    }
    // What Spring takes as it stands.
    let value = value.strip_prefix(b"{noop}").unwrap_or(value);
    if !setting.translation && is_passphrase(value) {
        return Ok((Confidence::Medium, Some(MAY_BE_A_WORD)));
    }
    let shape = Shape::of(value);
    if let Some(reject) = is_something_else(value, &shape) {
        return Err(reject);
    }
    let word = bare(value);
    // `rootpassword` is a name in code; in a file of settings, and in a test, it opens something.
    let is_naming = words::is_naming(value);
    let joints = if is_naming { 0 } else { shape.joints };
    let is_word = (setting.config || setting.test) && shape.lower + joints == value.len();
    let made_up = placeholder::placeholder(value, !is_word);
    if word == b"changeme" && setting.config && setting.test {
        // An example of settings says what to do.
        return Err(Reject::Placeholder("a word that asks to be replaced"));
    }
    if let Some(opens) = words::default(&word) {
        // Nobody did as `changeme` says where a program reads its settings, or where a test logs in with it.
        let opens = opens || word == b"changeme" && (setting.config || setting.test);
        let confidence = if opens { Confidence::Medium } else { Confidence::Low };
        return Ok((confidence, Some("a default of an installation")));
    }
    let opens = if setting.test {
        words::opens_in_tests(&word)
    } else {
        setting.config && words::opens_in_settings(&word)
    };
    let is_filler = made_up.is_some_and(|why| is_stand_in(why, value));
    if stands_in(value) && !opens || is_word && words::is_marked(value) || is_filler {
        return Err(Reject::Placeholder("a word that stands for a password"));
    }
    if !shape.adorned() && !is_word && (is_naming || is_label(value)) {
        return Err(Reject::Name);
    }
    Ok(confidence(value, &shape, setting, made_up))
}

/// Why a value is none that anybody chose: a reference, an expression, a path, an address.
fn is_something_else(value: &[u8], shape: &Shape) -> Option<Reject> {
    if is_anyones_address(value) {
        return Some(Reject::Placeholder("an address that anonymous users give"));
    }
    if value.len() > LONGEST || shape.foreign || reference::is_reference(value) || is_template(value) {
        return Some(Reject::Reference);
    }
    let is_name = is_validation(value)
        || is_expression(value)
        || is_path(value)
        || is_dotted(value.strip_suffix(b")").unwrap_or(value));
    is_name.then_some(Reject::Name)
}

/// How sure a value is that somebody may have chosen.
fn confidence(
    value: &[u8],
    shape: &Shape,
    setting: Setting,
    made_up: Option<Placeholder>,
) -> (Confidence, Option<&'static str>) {
    if is_crypt(value) || is_digest(value) && setting.test {
        return (Confidence::Low, Some("looks like a digest or an id"));
    }
    if setting.translation {
        return (Confidence::Low, Some("in a file of translations"));
    }
    // In tests, those who want any value at all count and type along the keyboard, and so do those who want a
    // long one, unless a program reads it: few choose a password of that length.
    if made_up == Some(Placeholder::Sequence) && (setting.test || !setting.config && value.len() >= LONG) {
        return (Confidence::Low, Some("typed along the keyboard"));
    }
    by_shape(value, shape, setting)
}

/// What Kubernetes writes into a `Secret`: base64 of printable text. Only padding, or the end of a line that
/// `echo` left in it, tells it from a password.
pub(super) fn decoded(value: &[u8]) -> Option<Vec<u8>> {
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

/// The remark on a value that could as well be something else. Of those of [`LEAST_WORD`] letters or more nine in
/// ten are credentials, in labelled lines as in whole repositories, though not the worst.
pub(super) const MAY_BE_A_WORD: &str = "may be a name or a word";

/// Fewest letters of a word that is taken for a password wherever it stands under the name of one.
const LEAST_WORD: usize = 6;

fn by_shape(value: &[u8], shape: &Shape, setting: Setting) -> (Confidence, Option<&'static str>) {
    let letters = shape.lower + shape.upper;
    // Counts and ports stand in settings, too.
    let enough = if setting.config && letters > 0 { 4 } else { 6 };
    // Tests name few things in words of that length other than what they log in with.
    let is_chosen = setting.test && shape.joints == 0 && letters >= if setting.config { 8 } else { 6 };
    if value.len() >= enough && (shape.strong() || setting.config && !setting.test || is_chosen) {
        return (Confidence::Medium, None);
    }
    // In tests, words that are joined name what is tested, and short ones in scripts are anything.
    let is_one = letters >= LEAST_WORD && (!setting.test || shape.joints == 0 && !setting.config);
    let confidence = if is_one { Confidence::Medium } else { Confidence::Low };
    (confidence, Some(MAY_BE_A_WORD))
}

/// Which kinds of character a value holds.
#[derive(Debug, Default)]
struct Shape {
    lower: usize,
    upper: usize,
    digits: usize,
    /// What joins the words of names.
    joints: usize,
    /// Signs that names do not hold.
    signs: usize,
    /// Bytes that no password in a program's text holds: blanks, control characters, words of other scripts.
    foreign: bool,
    /// The only digits stand at the end, and are one or two.
    numbered: bool,
    /// A nought stands for a letter, as in `Str0ng`, and as in no name.
    disguised: bool,
}

impl Shape {
    fn of(value: &[u8]) -> Self {
        let mut shape = Self::default();
        let mut others = 0;
        for b in value {
            match b {
                b'a'..=b'z' => shape.lower += 1,
                b'A'..=b'Z' => shape.upper += 1,
                b'0'..=b'9' => shape.digits += 1,
                b'_' | b'-' | b'.' => shape.joints += 1,
                b'!'..=b'~' => shape.signs += 1,
                0x80.. => others += 1,
                _ => shape.foreign = true,
            }
        }
        // `x7§Q!k` is a password, a word with an accent is none.
        shape.foreign |=
            others > 0 && (shape.digits == 0 || shape.signs == 0 || shape.lower + shape.upper < others);
        shape.disguised =
            value.windows(3).any(|w| w[1] == b'0' && w[0].is_ascii_alphabetic() && w[2].is_ascii_lowercase());
        let tail = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        shape.numbered = tail == shape.digits && tail == 1;
        shape
    }

    /// More than a name: two digits, a sign, or a digit in place of a letter.
    fn adorned(&self) -> bool {
        self.signs > 0 || self.digits >= 2 || self.disguised
    }

    /// Letters with digits or signs among them, not as names have them.
    fn strong(&self) -> bool {
        let letters = self.lower + self.upper;
        letters >= 2 && (self.signs > 0 || self.digits > 0 && !self.numbered)
    }
}

/// Weak passwords look like placeholders, too: `123456` is one that people use, `aaaaaa` none.
fn is_stand_in(why: Placeholder, value: &[u8]) -> bool {
    why != Placeholder::Sequence && !(is_random(value) && value.len() >= 12)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: Setting = Setting { config: true, translation: false, test: false };
    const CODE: Setting = Setting { config: false, translation: false, test: false };
    const TESTS: Setting = Setting { config: false, translation: false, test: true };

    fn level(value: &str, setting: Setting) -> Option<Confidence> {
        judge(value.as_bytes(), setting).ok().map(|v| v.0)
    }

    #[test]
    fn what_people_choose_is_found() {
        for value in [
            "hunter2horse",
            "S3cur3-Pa55!",
            "p@ssw0rd",
            "Zk31-mnoPq",
            "summer2019",
            "Delibera77",
            "a!b#cD1",
            "@someThing1234",
        ] {
            assert_eq!(level(value, CODE), Some(Confidence::Medium), "{value}");
            assert_eq!(level(value, CONFIG), Some(Confidence::Medium), "{value}");
        }
        for value in ["woshimima", "correcthorse"] {
            assert_eq!(level(value, CONFIG), Some(Confidence::Medium), "{value}");
            let doubtful = judge(value.as_bytes(), CODE).unwrap();
            assert_eq!(doubtful, (Confidence::Medium, Some(MAY_BE_A_WORD)), "{value}");
        }
        for value in ["123456", "horse"] {
            assert_eq!(level(value, CONFIG), Some(Confidence::Medium), "{value}");
            assert_eq!(level(value, CODE), Some(Confidence::Low), "{value}");
        }
    }

    #[test]
    fn passphrases_are_words_that_say_nothing_together() {
        for value in ["anchor velvet tundra biscuit", "lamp orbit cedar flute quartz"] {
            assert_eq!(
                judge(value.as_bytes(), CODE).unwrap(),
                (Confidence::Medium, Some(MAY_BE_A_WORD)),
                "{value}"
            );
        }
        for value in [
            "anchor velvet tundra",
            "enter another velvet biscuit",
            "Anchor velvet tundra biscuit",
            "anchor of velvet tundra",
            "anchor velvet tundra biscuit.",
            "anchor  velvet tundra biscuit",
        ] {
            assert_eq!(level(value, CODE), None, "{value}");
        }
    }

    #[test]
    fn messages_of_other_languages_are_no_passphrases() {
        assert_eq!(level("bitte das neue passwort eingeben", CODE), None);
        let translation = Setting { translation: true, ..CODE };
        assert_eq!(level("anchor velvet tundra biscuit", translation), None);
    }

    #[test]
    fn a_word_that_names_itself_is_one_in_settings_alone() {
        assert_eq!(level("rootpassword", CONFIG), Some(Confidence::Medium));
        assert_eq!(level("rootpassword", CODE), None);
        assert_eq!(level("yoursecretpassword", CONFIG), None);
    }

    #[test]
    fn accounts_of_developers_and_hashes_are_doubtful() {
        for value in ["root", "Admin123", "$2a$10$abcdefgh", "{CRYPT}$argon2id$v=19$abc", "9999"] {
            assert_eq!(level(value, CONFIG), Some(Confidence::Low), "{value}");
        }
        assert_eq!(level("d41d8cd98f00b204e9800998ecf8427e", TESTS), Some(Confidence::Low));
        assert_eq!(level("d41d8cd98f00b204e9800998ecf8427e", CODE), Some(Confidence::Medium));
    }

    #[test]
    fn what_programs_are_shipped_with_opens_them() {
        assert_eq!(level("changeme", CONFIG), Some(Confidence::Medium));
        assert_eq!(level("changeme", CODE), Some(Confidence::Low));
        assert_eq!(level("changeme", TESTS), Some(Confidence::Medium));
        assert_eq!(level("changeme", Setting { config: true, ..TESTS }), None);
        assert_eq!(level("s3cr3t", CODE), None);
        assert_eq!(level("mypassword", CONFIG), Some(Confidence::Medium));
        assert_eq!(level("mypassword", CODE), None);
        for value in ["changeit", "Qwerty", "Passw0rd"] {
            for setting in [CONFIG, CODE, TESTS] {
                assert_eq!(level(value, setting), Some(Confidence::Medium), "{value}");
            }
        }
    }

    #[test]
    fn words_of_tests_are_chosen_but_for_names_counts_and_keys_in_a_row() {
        for value in ["woshimima", "correcthorse", "supersecretpass", "abc12345x", "s3cr3t"] {
            assert_eq!(level(value, TESTS), Some(Confidence::Medium), "{value}");
        }
        for value in ["12345678", "abcdefgh", "ann", "three", "wrong", "nope1", "block_allow", "not-this-one"]
        {
            assert_ne!(level(value, TESTS), Some(Confidence::Medium), "{value}");
        }
        for value in ["new_password", "user-token", "some!Password", "newpass", "OpenSesame"] {
            assert_eq!(level(value, TESTS), None, "{value}");
        }
    }

    #[test]
    fn long_ones_that_were_counted_are_doubtful_but_in_settings() {
        for value in ["sk_abcdefghijklmnopqrstu123", "0123456789abcdef01234567"] {
            assert_eq!(level(value, CODE), Some(Confidence::Low), "{value}");
            assert_eq!(level(value, CONFIG), Some(Confidence::Medium), "{value}");
        }
        assert_eq!(level("abcdefgh12345678!", CODE), Some(Confidence::Medium));
    }

    #[test]
    fn letters_of_other_scripts_belong_to_passwords_of_many_kinds_of_character_only() {
        assert_eq!(level("x7\u{a7}Q!kLm2", CODE), Some(Confidence::Medium));
        for word in ["L\u{f6}senord7", "passwort\u{e4}!", "\u{43f}\u{430}\u{440}\u{43e}7!a"] {
            assert_eq!(level(word, CODE), None, "{word}");
        }
    }

    #[test]
    fn code_that_looks_a_password_up_is_none() {
        for value in ["settings.dig(:mail", "fetch(user", "user.password)", "@{store:mail}"] {
            assert_eq!(level(value, CONFIG), None, "{value}");
            assert_eq!(level(value, CODE), None, "{value}");
        }
    }

    #[test]
    fn parts_of_a_url_that_name_themselves_are_no_passwords() {
        for (value, path) in
            [("ACCESS_ID", "a.yml"), ("auth_token", "a.md"), ("accessToken", "a.php"), ("access_key", "a.md")]
        {
            assert!(names_itself(value.as_bytes(), path.into()), "{value}");
        }
        for (value, path) in
            [("app_password", "compose.yml"), ("Zk31_pass", "a.md"), ("correcthorse", "a.md")]
        {
            assert!(!names_itself(value.as_bytes(), path.into()), "{value}");
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

    proptest::proptest! {
        #[test]
        fn nothing_panics(value: Vec<u8>) {
            let _ = judge(&value, CODE);
        }
    }
}
