//! What else stands under the name of a password: templates, expressions, paths, names, digests.
//!
//! Takes a value, says what it is. Each test reads the value a few times at most.

use base64::Engine as _;
use bstr::ByteSlice;

use super::random::is_random;

/// `{0}`, `%s`, `${X}abc`, `<%= x %>`: something is put in at run time.
pub(super) fn is_template(value: &[u8]) -> bool {
    let marks: [&[u8]; 15] = [
        b"@{",
        b"${",
        b"{{",
        b"<%",
        b"%s",
        b"%d",
        b"#{",
        b"$(",
        b"%(",
        b"ENC(",
        b"ENC[",
        b"encrypted:",
        b"{cipher}",
        b"%v",
        b"\\(",
    ];
    let braces = value.first() == Some(&b'{') && value.last() == Some(&b'}');
    let angles = value.first() == Some(&b'<') && value.last() == Some(&b'>');
    let is_name = |name: &[u8]| name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let variable = match value {
        [b'@', name @ ..] => is_name(name) && !is_numbered(name),
        [b'$' | b':' | b'%', name @ ..] => is_name(name),
        _ => false,
    };
    // A connection string ends a value where the brace closes.
    let cut =
        matches!(value, [b'{', name @ ..] if name.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_'));
    // What a person wrote in place of the value: `(snip)`.
    let aside = matches!(value, [b'(', word @ .., b')'] if word.iter().all(u8::is_ascii_alphabetic));
    braces
        || angles
        || variable
        || cut
        || aside
        || is_fenced(value)
        || marks.iter().any(|m| value.contains_str(m))
}

/// Three digits or more: passwords of SQL Server begin with an `@` as variables do, which have fewer.
fn is_numbered(name: &[u8]) -> bool {
    name.iter().filter(|b| b.is_ascii_digit()).count() >= 3
}

/// `###NAME###`, `@@NAME@@`: the same sign twice or more on either side of a name.
fn is_fenced(value: &[u8]) -> bool {
    let [sign, rest @ ..] = value else { return false };
    let is_fence = |b: &u8| b == sign;
    let before = 1 + rest.iter().take_while(|b| is_fence(b)).count();
    let behind = value.iter().rev().take_while(|b| is_fence(b)).count();
    sign.is_ascii_punctuation()
        && before >= 2
        && behind >= 2
        && before + behind < value.len()
        && value[before..value.len() - behind].iter().all(|b| is_name(*b))
}

/// Calls, members, selectors, regular expressions, and the ends of sentences.
pub(super) fn is_expression(value: &[u8]) -> bool {
    let starts: [&[u8]; 12] = [b"#", b".", b"@", b"[", b"(", b"^", b"&", b"*", b"=", b"->", b"-", b"\\"];
    let ends: [&[u8]; 10] = [b":", b"?", b"=", b"(", b"[", b"{", b"...", b",", b"*", b"\\"];
    let inside: [&[u8]; 14] = [
        b"->", b"::", b"://", b"()", b"[a-z", b"[A-Z", b"[0-9", b"]{", b"(?P<", b"\\d", b"\\w", b"==", b"&&",
        b"</",
    ];
    let call = value
        .find_byte(b'(')
        .is_some_and(|at| at > 0 && value[..at].iter().all(|b| is_name(*b)))
        // Without the bracket that closes it: cut off at a blank.
        && (value.ends_with(b")") || !value.contains(&b')'));
    let index = value.find_byte(b'[').is_some_and(|at| at > 0 && value[..at].iter().all(|b| is_name(*b)));
    let is_plain_start = |s: &&[u8]| {
        value
            .strip_prefix(*s)
            .is_some_and(|rest| rest.iter().all(|b| is_name(*b)) && !(*s == b"@" && is_numbered(rest)))
    };
    let class = value.contains(&b'\\')
        && value.split(|b| *b == b'\\').all(|part| part.iter().all(u8::is_ascii_alphabetic));
    call || index
        || class
        || starts.iter().any(is_plain_start)
        || value.starts_with(b"^")
        || ends.iter().any(|e| value.ends_with(e))
        || inside.iter().any(|i| value.contains_str(i))
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$')
}

/// A path, a file's name, or a media type.
pub(super) fn is_path(value: &[u8]) -> bool {
    let starts: [&[u8]; 6] = [b"/", b"./", b"../", b"~/", b"file:", b"urn:"];
    let ends: [&[u8]; 22] = [
        b".pem", b".key", b".crt", b".p12", b".jks", b".txt", b".json", b".yml", b".yaml", b".toml",
        b".conf", b".php", b".html", b".js", b".py", b".md", b".sh", b".rb", b".xml", b".tmp", b".c", b".h",
    ];
    let is_word_path =
        value.contains(&b'/') && value.iter().all(|b| is_name(*b) || *b == b'/') && !is_random(value);
    starts.iter().any(|s| value.starts_with(s))
        || ends.iter().any(|e| value.ends_with(e))
        || is_word_path
        || value.get(1..3) == Some(b":\\")
}

/// `user.password`, `config.db`, `a.password:b.password`: members of something.
pub(super) fn is_dotted(value: &[u8]) -> bool {
    let is_word = |part: &[u8]| {
        part.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && part.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-'))
    };
    value.contains(&b'.') && value.split(|b| b".:=".contains(b)).all(is_word)
        || value.iter().all(|b| b.is_ascii_digit() || *b == b'.') && value.contains(&b'.')
}

/// A capital and small letters, all capitals with dashes, or several words run together without a digit.
pub(super) fn is_label(value: &[u8]) -> bool {
    let capital = value.first().is_some_and(u8::is_ascii_uppercase);
    let rest_lower = value.get(1..).is_some_and(|r| r.iter().all(u8::is_ascii_lowercase));
    let hump = value.windows(2).any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase());
    let joined = value.iter().any(|b| matches!(b, b'_' | b'-' | b'.'));
    let letters = !value.iter().any(u8::is_ascii_digit);
    capital && rest_lower || is_constant(value) || letters && (hump && !is_random(value) || joined)
}

/// All capitals with dashes: `ACCESS_KEY`.
pub(super) fn is_constant(value: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'-'))
}

/// What a framework is told to check of a field: `required|confirmed`, `same:other`.
pub(super) fn is_validation(value: &[u8]) -> bool {
    const CHECKS: [&[u8]; 16] = [
        b"required",
        b"confirmed",
        b"nullable",
        b"sometimes",
        b"hashed",
        b"current_password",
        b"string",
        b"array",
        b"min",
        b"max",
        b"between",
        b"same",
        b"different",
        b"unique",
        b"exists",
        b"regex",
    ];
    value.split(|b| *b == b'|').all(|check| {
        let head = check.split(|b| *b == b':').next().unwrap_or(check);
        CHECKS.iter().any(|known| head.eq_ignore_ascii_case(known))
    })
}

/// A digest or a UUID.
pub(super) fn is_digest(value: &[u8]) -> bool {
    let hex = value.len() >= 32 && value.iter().all(u8::is_ascii_hexdigit);
    let uuid = value.len() == 36
        && value.iter().filter(|b| **b == b'-').count() == 4
        && value.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    hex || uuid
}

/// What is kept of a password in base64, behind the name of a user, as servers are given it in a file.
pub(super) fn is_encoded_crypt(value: &[u8]) -> bool {
    let plain = base64::engine::general_purpose::STANDARD.decode(value).unwrap_or_default();
    plain.split_once_str(":").is_some_and(|(_, kept)| is_crypt(kept))
}

/// What is kept of a password to check it: `$2a$...`, `{SSHA}...`, `{CRYPT}$argon2id$...`.
pub(super) fn is_crypt(value: &[u8]) -> bool {
    let starts: [&[u8]; 12] = [
        b"$2a$",
        b"$2b$",
        b"$2y$",
        b"$apr1$",
        b"$1$",
        b"$5$",
        b"$6$",
        b"$argon2",
        b"pbkdf2",
        b"{SSHA",
        b"{SHA",
        b"{bcrypt}",
    ];
    let scheme = value.strip_prefix(b"{").and_then(|rest| rest.split_once_str("}")).map(|(_, rest)| rest);
    starts.iter().any(|s| value.starts_with(s) || scheme.is_some_and(|rest| rest.starts_with(s)))
}
