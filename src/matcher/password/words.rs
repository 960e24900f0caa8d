//! Words that stand for a password, name one, or speak of one: lists, and what is looked up in them.
//!
//! Takes values, gives whether they are of a list.

use super::LONGEST;

/// Values that stand for no secret, in lower case without signs and digits at their end.
const STAND_INS: &str = "\
    password passwd passwort pass pwd pw passphrase secret secretkey \
    changethis test testing tester user username login guest token key apikey none null nil \
    undefined empty always never cancel submit todo tbd true false yes no on off enabled disabled basic plain bearer default dummy foo \
    bar baz foobar value string text hidden required optional private public object boolean number integer \
    varchar unknown redacted removed masked newpassword oldpassword newpass oldpass \
    yourpassword somepassword anypassword wrongpassword wrong invalid incorrect bad good new old \
    current confirm email mail phone name file prompt env ask auto random generate generated md5 sha sha256 \
    sha512 bcrypt argon scrypt base64 utf oauth anonymous field input label form char type self this \
    confirmation authkey accesstoken swordfish opensesame rootpass userpass testpass testpassword testuser abc abcd mock fake sample example stub pa$$word";

/// What a first start-up sets, or nothing but a developer's machine knows.
const WEAK: &str = "root admin administrator postgres postgresql mysql mariadb redis mongo mongodb rabbitmq minio \
    minioadmin localhost local dev development sa toor super demo changeme";

/// What programs are shipped with and few ever change, such as the key stores of Java.
const DEFAULTS: &str = "changeit qwerty manager passw0rd";

/// Stand-ins that a program reading its settings takes for what they say.
const OWN: &str = "mypassword mypass mypwd mysecret";

/// What manuals write in place of a password, and tests log in with.
const SHOWN: &str = "s3cret s3cr3t secr3t";

/// Words that mark a plain word as a stand-in.
const MARKS: [&[u8]; 7] = [b"your", b"example", b"change", b"dummy", b"sample", b"placeholder", b"replace"];

/// Words that make an unadorned value a name of something: `password_field`, `loginSecret`.
const NAMING: [&[u8]; 11] = [
    b"pass", b"pwd", b"secret", b"token", b"login", b"user", b"email", b"field", b"input", b"valid", b"auth",
];

/// Whether a value is a word that stands for a password, also with signs in it as in `some!Password`.
pub(in crate::matcher) fn stands_in(value: &[u8]) -> bool {
    let letters: Vec<u8> =
        value.iter().filter(|b| b.is_ascii_alphabetic()).map(u8::to_ascii_lowercase).collect();
    let is_one = |word: &[u8]| [STAND_INS, OWN, SHOWN].iter().any(|list| listed(list, word));
    is_one(&bare(value)) || letters.len() >= 8 && is_one(&letters)
}

/// Whether a value is a default that some installation has; the flag says whether it opens something everywhere.
pub(super) fn default(word: &[u8]) -> Option<bool> {
    let is_shipped = listed(DEFAULTS, word);
    (is_shipped || listed(WEAK, word)).then_some(is_shipped)
}

/// Whether a stand-in opens something where a program reads its settings.
pub(super) fn opens_in_settings(word: &[u8]) -> bool {
    listed(OWN, word)
}

/// Whether a stand-in opens something where a test logs in with it.
pub(super) fn opens_in_tests(word: &[u8]) -> bool {
    listed(SHOWN, word)
}

/// Whether a word marks the plain word that it stands in as a stand-in.
pub(super) fn is_marked(value: &[u8]) -> bool {
    MARKS.iter().any(|mark| contains_folded(value, mark))
}

/// Whether a word makes the unadorned value that it stands in a name of something.
pub(super) fn is_naming(value: &[u8]) -> bool {
    NAMING.iter().any(|name| contains_folded(value, name))
}

/// Words of messages and labels about passwords. Shorter ones are in no passphrase that [`is_passphrase`] knows.
const OF_MESSAGES: &str = "the your you our and for with without not must are can cannot this that these has have had \
    from was were will would should does did please enter type choose set use used using when then than its any all \
    password passwords passphrase secret token key user username name login email account admin server file value \
    field string text new old current same different another other wrong invalid incorrect missing empty required \
    expired reset forgot forgotten change changed confirm repeat again show hide match matches least most too short \
    long weak strong characters letters digits optional plain hashed encrypted stored default only per one two \
    passwort kennwort bitte clave senha mot passe wachtwoord haslo parola";

/// Whether a value is four words or more that were drawn from a list, such as those of Diceware, and no message:
/// those have short words among them, or one of [`OF_MESSAGES`].
pub(super) fn is_passphrase(value: &[u8]) -> bool {
    let is_drawn = |word: &[u8]| {
        (3..=10).contains(&word.len())
            && word.iter().all(u8::is_ascii_lowercase)
            && !listed(OF_MESSAGES, word)
    };
    let words = value.split(|b| *b == b' ');
    value.contains(&b' ')
        && value.len() <= LONGEST
        && words.clone().count() >= 4
        && words.clone().all(is_drawn)
}

/// Lower case from the first letter to the last, without what joins words: `!Change_Me!2` is `changeme`.
pub(super) fn bare(value: &[u8]) -> Vec<u8> {
    let is_letter = |b: &u8| b.is_ascii_alphabetic();
    let (start, end) = (value.iter().position(is_letter), value.iter().rposition(is_letter));
    let word = &value[start.unwrap_or(0)..end.map_or(0, |last| last + 1)];
    word.iter().filter(|b| !b"_-.".contains(b)).map(u8::to_ascii_lowercase).take(20).collect()
}

fn listed(list: &str, word: &[u8]) -> bool {
    !word.is_empty() && list.split_ascii_whitespace().any(|known| known.as_bytes() == word)
}

fn contains_folded(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word))
}
