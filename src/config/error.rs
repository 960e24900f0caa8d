//! Where something stands in a file of the user's policy, and what is wrong with it.
//!
//! Such a file may come with the change under scan, so a message quotes no value (it could be a secret)
//! and no control character.

use std::fmt;

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Name of the file as the caller gave it.
    pub file: String,
    /// 1-based line.
    pub line: usize,
    /// 1-based column in characters.
    pub column: usize,
}

/// What is wrong with a config, a baseline or an ignore file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {message}")]
pub struct ConfigError {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
}

impl Place {
    /// The place of a byte offset of `text`.
    pub fn of(file: &str, text: &str, offset: usize) -> Self {
        Places::new(file, text).at(offset)
    }
}

/// Finds the places of many offsets in one text.
pub(crate) struct Places<'a> {
    file: &'a str,
    text: &'a str,
    starts: Vec<usize>,
}

/// How far into a line characters are counted one by one; a longer line was written by no person, and is
/// not gone through again for each of its entries.
const LONG_LINE: usize = 4096;

impl<'a> Places<'a> {
    pub(crate) fn new(file: &'a str, text: &'a str) -> Self {
        let starts = [0].into_iter().chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { file, text, starts }
    }

    pub(crate) fn at(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        let before = self.text.get(start..offset).unwrap_or("");
        let column = if before.len() > LONG_LINE { before.len() } else { before.chars().count() };
        Place { file: self.file.to_owned(), line, column: column + 1 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl ConfigError {
    /// An error at a place.
    pub fn new(place: Place, message: impl AsRef<str>) -> Self {
        Self { place, message: plain(message.as_ref()) }
    }

    /// What `toml` says.
    pub(crate) fn of_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        Self::new(Place::of(file, text, offset), without_values(error.message()))
    }

    /// What `serde_json` says.
    pub(crate) fn of_json(file: &str, text: &str, error: &serde_json::Error) -> Self {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
        // serde_json counts bytes, a person characters.
        let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or("");
        let until = (0..=error.column().min(line.len())).rev().find(|&i| line.is_char_boundary(i));
        let column = line[..until.unwrap_or(0)].chars().count().max(1);
        let place = Place { file: file.to_owned(), line: error.line().max(1), column };
        Self::new(place, without_values(message))
    }
}

/// The beginning of a line.
pub(crate) fn at_line(file: &str, line: usize) -> Place {
    Place { file: file.to_owned(), line, column: 1 }
}

/// A message of serde without the value that it complains about.
pub(crate) fn without_values(message: &str) -> String {
    if let Some((head, rest)) = message.split_once("string \"")
        && let Some(at) = rest.rfind("\", expected")
    {
        return format!("{head}string{}", &rest[at + 1..]);
    }
    if let Some(rest) = message.strip_prefix("unknown variant `")
        && let Some(at) = rest.rfind("`, expected one of")
    {
        return format!("unknown word{}", &rest[at + 1..]);
    }
    message.to_owned()
}

/// How much of a text is kept in a message.
const LONGEST: usize = 400;

/// Text on one line of a sensible length, control and direction-changing characters escaped.
pub fn plain(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let mut out = String::new();
    for c in text.chars().take(LONGEST) {
        match c {
            '\n' | '\t' => out.push(' '),
            c if is_hidden(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_left_out() {
        let message = "invalid type: string \"hush\", expected a sequence";
        assert_eq!(without_values(message), "invalid type: string, expected a sequence");
        let message = "unknown variant `hush`, expected one of `low`, `high`";
        assert_eq!(without_values(message), "unknown word, expected one of `low`, `high`");
        assert_eq!(without_values("missing field `reason`"), "missing field `reason`");
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(plain("a\u{1b}[31m\nb\u{202e}"), "a\\u{1b}[31m b\\u{202e}");
    }

    #[test]
    fn places_count_characters() {
        let place = Place::of("f", "é\nüü x", 8);
        assert_eq!((place.line, place.column), (2, 4));
        assert_eq!(Place::of("f", "é", 2).to_string(), "f:1:2");
    }
}
