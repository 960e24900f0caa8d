//! Words for a shell, in the commands that reports show: nothing here is ever run.

use bstr::{BStr, ByteSlice};

/// The path as an argument of git, which would take signs of its own as a pattern or an option.
pub(crate) fn pathspec(rel_path: &BStr) -> String {
    let plain = !rel_path.iter().any(|b| b"*?[\\".contains(b)) && !rel_path.starts_with(b":");
    let literal = if plain { rel_path.to_vec() } else { [b":(literal)", rel_path.as_bytes()].concat() };
    let dashes = if literal.starts_with(b"-") { "-- " } else { "" };
    format!("{dashes}{}", quote(&literal))
}

/// A word for the shell: as it is, in single quotes, or in `$'...'` where a byte must not be printed.
pub(crate) fn quote(word: &[u8]) -> String {
    if is_safe(word) {
        word.as_bstr().to_string()
    } else if word.iter().all(|&b| b == b' ' || b.is_ascii_graphic()) {
        format!("'{}'", word.as_bstr().to_string().replace('\'', r"'\''"))
    } else {
        let escape = |&byte: &u8| match byte {
            b'\'' | b'\\' => format!("\\{}", byte as char),
            b' '..=b'~' => (byte as char).to_string(),
            // Three octal digits: unlike \x, they end by themselves.
            _ => format!("\\{byte:03o}"),
        };
        format!("$'{}'", word.iter().map(escape).collect::<String>())
    }
}

/// Whether a shell takes the word as it is.
pub(crate) fn is_safe(word: &[u8]) -> bool {
    let safe = |b: &u8| b.is_ascii_alphanumeric() || b"._/-+:,".contains(b);
    !word.is_empty() && !word.starts_with(b"-") && word.iter().all(safe)
}
