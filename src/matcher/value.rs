//! Values behind names: where the value begins that a name is given, and where it ends.
//!
//! Takes the text and the name; gives the value, which may hold any characters. [`super::names`] says
//! whether what is found there is assigned to that name, so that the forms stand in one place.

use std::ops::Range;

use super::names;

/// How far behind its name a value may begin, in bytes.
const REACH: usize = 64;

/// How many places are tried: a type or the word `value` may stand between.
const TRIES: usize = 4;

/// Longest value, in bytes.
const LONGEST: usize = 512;

/// The value that the name is given, without its quotes. Where a file is no configuration, a value without
/// quotes is code, unless it stands in a query or connection string.
pub(super) fn behind(text: &[u8], name: &Range<usize>, is_config: bool) -> Option<Range<usize>> {
    let is_command = text[..name.start].ends_with(b"(") && text.get(name.end) == Some(&b')');
    if is_command {
        // `$(pwd)`
        return None;
    }
    if is_argument(text, name) {
        return None;
    }
    let limit = text.len().min(name.end + REACH);
    let mut at = name.end;
    for _ in 0..TRIES {
        let from = next_start(text, at, limit, name.end)?;
        let is_ours = from > name.end
            && names::name_of(text, from).is_some_and(|n| !n.is_loose && n.at.end == name.end);
        if is_ours && let Some(value) = extent(text, from, name, is_config) {
            let is_none = is_first_of_several(text, name, &value) || is_in_sentence(text, name, &value);
            return Some(value).filter(|_| !is_none);
        }
        at = from + text[from..limit].iter().take_while(|b| !is_between(**b)).count();
    }
    None
}

/// Whether a name is one argument of several, and what follows it the next: a variable as in `join(pwd, "x")`, or
/// what is hashed as in `HashPassword("password", "x")`. Constants and words in quotes are names of options.
fn is_argument(text: &[u8], name: &Range<usize>) -> bool {
    let (left, written) = (&text[..name.start], &text[name.clone()]);
    let is_small = written.iter().all(|b| b.is_ascii_lowercase() || *b == b'_');
    let is_variable = is_small && left.last().is_some_and(|b| matches!(b, b'(' | b' '));
    let Some(call) = left.strip_suffix(b"(\"").or_else(|| left.strip_suffix(b"('")) else {
        return is_variable && text[name.end..].starts_with(b", ");
    };
    let verb = call.iter().rposition(|b| !names::is_name_byte(*b) || *b == b'.').map_or(0, |at| at + 1);
    let verb = call[verb..].to_ascii_lowercase();
    [&b"hash"[..], b"check", b"compare", b"verify"].iter().any(|start| verb.starts_with(start))
}

/// Whether the sentence goes on behind a value in quotes that nothing but a blank joins to its name:
/// `Password 'x' is too short`.
fn is_in_sentence(text: &[u8], name: &Range<usize>, value: &Range<usize>) -> bool {
    const VERBS: [&[u8]; 8] = [b"is", b"was", b"has", b"does", b"must", b"should", b"cannot", b"contains"];
    let is_joined = is_blank(text, name.end..value.start - 1) && is_quote(text[value.start - 1]);
    let rest = text.get(value.end + 1..).unwrap_or_default();
    let next = rest.strip_prefix(b" ").unwrap_or_default();
    let word = &next[..next.iter().take_while(|b| b.is_ascii_lowercase()).count()];
    is_joined && VERBS.contains(&word)
}

/// Whether a value is what a function is given first, and something else second: in `check_password("ann", ...)`
/// that is a user.
fn is_first_of_several(text: &[u8], name: &Range<usize>, value: &Range<usize>) -> bool {
    let called = &text[name.clone()];
    let is_call = text.get(name.end) == Some(&b'(') && value.start == name.end + 2;
    // What sets a password may be told more about it.
    let sets = [&b"set"[..], b"with", b"pass"]
        .iter()
        .any(|start| called.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)));
    is_call && !sets && text.get(value.end + 1) == Some(&b',')
}

/// Where a value may begin next: behind a quote that opens one, or at the first byte that is no sign.
fn next_start(text: &[u8], at: usize, limit: usize, name_end: usize) -> Option<usize> {
    for i in at..limit {
        if is_quote(text[i]) && (opens(&text[..i]) || is_blank(text, name_end..i)) {
            return Some(i + 1);
        }
        if !is_between(text[i]) {
            return Some(i);
        }
    }
    None
}

/// Whether blanks stand there, and nothing else.
fn is_blank(text: &[u8], range: Range<usize>) -> bool {
    !range.is_empty() && text[range].iter().all(|b| matches!(b, b' ' | b'\t'))
}

/// Whether a quote behind `left` opens a value: an operator stands before it, or a letter for the kind of
/// literal.
fn opens(left: &[u8]) -> bool {
    let left = left.strip_suffix(b"\\").unwrap_or(left);
    let prefix = left.iter().rev().take(2).take_while(|b| b"bfurLBFUR@$".contains(b)).count();
    let left = left[..left.len() - prefix].trim_ascii_end();
    left.last().is_some_and(|b| b"=:>,(?|+-".contains(b))
}

fn is_quote(b: u8) -> bool {
    matches!(b, b'"' | b'\'' | b'`')
}

/// What may stand between a name and its value.
fn is_between(b: u8) -> bool {
    b.is_ascii_whitespace() || b"\"'`()[]\\=:>,?|+<&@".contains(&b)
}

fn extent(text: &[u8], from: usize, name: &Range<usize>, is_config: bool) -> Option<Range<usize>> {
    match text[from - 1] {
        quote if is_quote(quote) && (opens(&text[..from - 1]) || is_blank(text, name.end..from - 1)) => {
            quoted(text, from - 1)
        }
        b'>' if text[name.start.checked_sub(1)?] == b'<' || text[from - 2] == b'"' => element(text, from),
        _ => bare(text, from, name, is_config),
    }
}

/// Up to the quote that is like the one at `quote`, on the same line.
fn quoted(text: &[u8], quote: usize) -> Option<Range<usize>> {
    let escaped = text[quote - 1] == b'\\';
    let (from, rest) = (quote + 1, &text[quote + 1..text.len().min(quote + LONGEST)]);
    let mut at = 0;
    loop {
        at += memchr::memchr3(text[quote], b'\\', b'\n', &rest[at..])?;
        match rest[at] {
            b'\n' => return None,
            b'\\' if escaped && rest.get(at + 1) == Some(&text[quote]) => return Some(from..from + at),
            b'\\' => at = (at + 2).min(rest.len()),
            _ => return Some(from..from + at),
        }
    }
}

/// Up to the tag that ends an element.
fn element(text: &[u8], from: usize) -> Option<Range<usize>> {
    let rest = &text[from..text.len().min(from + LONGEST)];
    let end = memchr::memchr2(b'<', b'\n', rest)?;
    (rest[end] == b'<').then_some(from..from + end)
}

/// A value without quotes: up to a blank or a sign that ends it.
fn bare(text: &[u8], from: usize, name: &Range<usize>, is_config: bool) -> Option<Range<usize>> {
    let before = name.start.checked_sub(1).map(|i| text[i]);
    if text[name.end..from].ends_with(b":?") {
        // What is said where there is nothing: `${PASSWORD:?is missing}`.
        return None;
    }
    let between = &text[name.end..from];
    if before == Some(b'<') && between.starts_with(b">") {
        // `-e PASSWORD=<password> image`: what follows what is to be filled in.
        return None;
    }
    let is_used = before == Some(b'$') && !between.iter().any(|b| b"=:>,".contains(b));
    if is_used || matches!(between.trim_ascii(), b">" | b">>" | b"<") && !between.starts_with(b">") {
        // `grep "$PASSWORD" log`, and `pwd >file`.
        return None;
    }
    let follows = from == name.end + 1;
    let glued = text[from - 1] == b'=' && follows;
    let is_flag = text[name.clone()].starts_with(b"--");
    let is_argument = is_flag && follows && text[from - 1] == b' ';
    let is_part = glued && (matches!(before, Some(b';' | b'?' | b'&')) || is_flag) || is_argument;
    if !is_config && !is_part {
        return None;
    }
    // Of the signs between, only `=` and the like belong to the assignment; what else there is, to the value.
    let start =
        name.end + text[name.end..from].iter().rposition(|b| b" \t\n=:>\"'".contains(b)).map_or(0, |i| i + 1);
    // `${NAME:-value}`
    let start = if text[..=start].ends_with(b":-") { start + 1 } else { start };
    let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'`<>;,}".contains(b) || is_part && *b == b'&';
    let rest = &text[start..text.len().min(start + LONGEST)];
    let len = rest.iter().position(ends).unwrap_or(rest.len());
    // A line end that is written out ends the value as a real one does.
    let len = memchr::memmem::find(&rest[..len], b"\\n").unwrap_or(len);
    let end = start + len;
    let is_code = is_part && (text[start] == b'=' || text[start..end].contains(&b'('));
    // In the text of a program, what stands behind a flag is a word of the sentence as often as not.
    let is_word = is_argument && !is_config && text[start..end].iter().all(u8::is_ascii_lowercase);
    let is_listed = text[name.end..start].trim_ascii_end().ends_with(b",");
    let spaced = text[start - 1].is_ascii_whitespace() && !is_argument;
    (len > 0
        && !is_code
        && !is_listed
        && !is_word
        && !is_quote(text[start - 1])
        && (!spaced || ends_line(text, end)))
    .then_some(start..end)
}

/// Whether nothing but a comment follows on the line: prose goes on after its first word.
fn ends_line(text: &[u8], end: usize) -> bool {
    let blanks = text[end..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
    matches!(text.get(end + blanks), None | Some(b'\n' | b'#' | b'}' | b',' | b';' | b'\\'))
        || text.get(end).is_some_and(|b| b",;\"'".contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, is_config: bool) -> Option<&str> {
        let at = text.find("pass_word")?;
        behind(text.as_bytes(), &(at..at + 9), is_config).map(|r| &text[r])
    }

    #[test]
    fn values_in_quotes_are_found_everywhere() {
        for text in [
            "pass_word = \"VAL ue\"",
            "\"pass_word\": \"VAL ue\"",
            "'pass_word' => 'VAL ue'",
            "pass_word: str = 'VAL ue'",
            "<add key=\"pass_word\" value=\"VAL ue\"/>",
            "<pass_word>VAL ue</pass_word>",
            "{\\\"pass_word\\\": \\\"VAL ue\\\"}",
            "pass_word(\"VAL ue\")",
            "define('pass_word', 'VAL ue')",
            "pass_word \"VAL ue\"",
            "if (pass_word === 'VAL ue')",
        ] {
            assert_eq!(value(text, false), Some("VAL ue"), "{text}");
        }
        assert_eq!(value("pass_word = \"@VAL:ue\"", false), Some("@VAL:ue"));
    }

    #[test]
    fn values_without_quotes_are_found_in_configuration() {
        for text in
            ["pass_word=VAL", "pass_word: VAL # c", "- name: pass_word\n  value: VAL\n", "pass_word = VAL"]
        {
            assert_eq!(value(text, true), Some("VAL"), "{text}");
            assert_eq!(value(text, false), None, "{text}");
        }
        assert_eq!(value("pass_word: the word that opens", true), None);
        assert_eq!(value("{user: a, pass_word: VAL}", true), Some("VAL"));
        assert_eq!(value("${pass_word:-VAL}", true), Some("VAL"));
        assert_eq!(value("${pass_word:?is missing}", true), None);
        for used in
            ["pass_word >expect", "pass_word >> log", "grep \"$pass_word\" log", "test $pass_word VAL"]
        {
            assert_eq!(value(used, true), None, "{used}");
        }
        assert_eq!(value("$pass_word = VAL", true), Some("VAL"));
        assert_eq!(value("pass_word => VAL", true), Some("VAL"));
    }

    #[test]
    fn queries_and_connection_strings_are_found_everywhere() {
        for text in ["Server=x;pass_word=VAL;", "jdbc:x?a=b&pass_word=VAL&c=d", "?pass_word=VAL\""] {
            assert_eq!(value(text, false), Some("VAL"), "{text}");
        }
    }

    #[test]
    fn what_is_given_first_of_several_is_a_user() {
        let first = |call: &str| {
            let end = call.find('(').unwrap();
            behind(call.as_bytes(), &(0..end), false).map(|r| call[r].to_owned())
        };
        assert_eq!(first("login_by_password(\"VAL\", \"x\")"), None);
        assert_eq!(first("login_by_password(\"VAL\")").as_deref(), Some("VAL"));
        assert_eq!(first("setPassword(\"VAL\", true)").as_deref(), Some("VAL"));
    }

    #[test]
    fn a_word_behind_a_flag_is_one_of_a_sentence() {
        let behind_flag = |value: &str, is_config| {
            let text = format!("use --pass_word {value} for that");
            let at = text.find("--").unwrap();
            behind(text.as_bytes(), &(at..at + 11), is_config).map(|r| text[r].to_owned())
        };
        assert_eq!(behind_flag("option", false), None);
        assert_eq!(behind_flag("option", true).as_deref(), Some("option"));
        assert_eq!(behind_flag("k4option", false).as_deref(), Some("k4option"));
    }

    #[test]
    fn other_values_are_none() {
        for text in [
            "pass_word",
            "pass_word, x",
            "pass_word = \"open",
            "if pass_word:\n  x",
            "(pass_word)",
            "\"$(pass_word)\"', \"b\": \"c\"",
            "[\"pass_word\", \"VAL\"]",
        ] {
            assert_eq!(value(text, true), None, "{text}");
        }
    }
}
