//! String literals that are put together: `"abc" + "def"`, or one behind the other.
//!
//! Takes a run of token characters that fills a literal up to one of its quotes, gives the chain of
//! literals that it stands in. Literals without an operator between them may as well be a list, so what is
//! found only in their union must be beyond doubt.

use std::ops::Range;

use super::Form;
use super::layer::Layer;

/// Longest literal of a chain.
const LONGEST: usize = 4096;
/// Longest space between two literals.
const WIDEST: usize = 96;
/// Longest chain in bytes.
const LONGEST_CHAIN: usize = 64 << 10;

/// The chain that the run stands in, from its first quote to its last, not to begin before `floor`.
pub(super) fn chain(text: &[u8], run: &Range<usize>, floor: usize) -> Option<(Range<usize>, Form)> {
    let quote_before = run.start.checked_sub(1).filter(|i| is_quote(text[*i]));
    let quote_after = Some(run.end).filter(|i| text.get(*i).is_some_and(|b| is_quote(*b)));
    let joined_before = quote_before.and_then(|open| before(text, open, floor));
    let joined_after = quote_after.and_then(|close| after(text, close));
    if joined_before.is_none() && joined_after.is_none() {
        return None;
    }
    let quote = text[if joined_before.is_some() { quote_before? } else { quote_after? }];
    let (first, last) = (opening(text, run.start, quote, floor)?, closing(text, run.end, quote)?);
    let (mut open, mut close, mut sure) = (first, last, true);
    while let Some((end, operator)) = before(text, open, floor)
        && let Some(start) = opening(text, end, quote, floor)
        && close - start < LONGEST_CHAIN
    {
        (open, sure) = (start, sure && operator);
    }
    while let Some((start, operator)) = after(text, close)
        && let Some(end) = closing(text, start + 1, quote)
        && end - open < LONGEST_CHAIN
    {
        (close, sure) = (end, sure && operator);
    }
    let is_joined = open < first || close > last;
    is_joined.then(|| (open..close + 1, if sure { Form::Concatenated } else { Form::Adjacent }))
}

fn is_quote(b: u8) -> bool {
    matches!(b, b'"' | b'\'' | b'`')
}

/// The quote that opens the literal around `at`.
fn opening(text: &[u8], at: usize, quote: u8, floor: usize) -> Option<usize> {
    let from = at.saturating_sub(LONGEST).max(floor.min(at));
    let open = from + memchr::memrchr(quote, &text[from..at])?;
    memchr::memchr(b'\n', &text[open..at]).is_none().then_some(open)
}

/// The quote that closes the literal around `at`.
fn closing(text: &[u8], at: usize, quote: u8) -> Option<usize> {
    let rest = &text[at..text.len().min(at + LONGEST)];
    let len = memchr::memchr2(quote, b'\n', rest)?;
    (rest[len] == quote).then_some(at + len)
}

/// The closing quote of the literal before the one that opens at `open`, and whether an operator stands
/// between them.
fn before(text: &[u8], open: usize, floor: usize) -> Option<(usize, bool)> {
    let from = open.saturating_sub(WIDEST).max(floor.min(open));
    let len = text[from..open].iter().rev().take_while(|b| is_between(**b)).count();
    let close = (open - len).checked_sub(1).filter(|i| *i >= from && text[*i] == text[open])?;
    Some((close, joiner(&text[close + 1..open])?))
}

/// The opening quote of the literal behind the one that closes at `close`.
fn after(text: &[u8], close: usize) -> Option<(usize, bool)> {
    let rest = &text[close + 1..text.len().min(close + 1 + WIDEST)];
    let len = rest.iter().take_while(|b| is_between(**b)).count();
    let open = close + 1 + len;
    (text.get(open) == text.get(close))
        .then(|| joiner(&rest[..len]))
        .flatten()
        .map(|operator| (open, operator))
}

fn is_between(b: u8) -> bool {
    b.is_ascii_whitespace() || matches!(b, b'+' | b'.' | b'&' | b'|' | b'\\' | b'_')
}

/// Whether what stands between two literals joins them, and whether by an operator.
fn joiner(between: &[u8]) -> Option<bool> {
    let mut operator: Option<u8> = None;
    let mut count = 0;
    for (i, &b) in between.iter().enumerate() {
        let ends_line = matches!(between.get(i + 1), Some(b'\n' | b'\r'));
        match b {
            b'\\' | b'_' if ends_line => {}
            b'\\' | b'_' => return None,
            _ if b.is_ascii_whitespace() => {}
            _ if operator.is_none_or(|o| o == b) && count < 2 => (operator, count) = (Some(b), count + 1),
            _ => return None,
        }
    }
    (!between.is_empty()).then_some(operator.is_some())
}

/// Puts the literals of a chain together.
pub(super) fn decode(text: &[u8], range: Range<usize>, layer: &mut Layer) {
    let mut open = range.start;
    while let Some(close) = closing(text, open + 1, text[open]).filter(|c| *c < range.end) {
        layer.mark(open + 1, 1);
        layer.text.extend_from_slice(&text[open + 1..close]);
        match after(text, close) {
            Some((next, _)) if next < range.end => open = next,
            _ => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "abcdefghijklmnopqrstuvwxyz";

    fn joined(text: &str) -> Option<(String, Form)> {
        let at = text.find(RUN)?;
        let (range, form) = chain(text.as_bytes(), &(at..at + RUN.len()), 0)?;
        let mut layer = Layer::default();
        layer.begin(form, range.clone());
        decode(text.as_bytes(), range, &mut layer);
        Some((String::from_utf8_lossy(layer.piece()).into_owned(), form))
    }

    #[test]
    fn with_operators_over_lines_before_and_behind() {
        for between in
            [r#"" + ""#, "\" +\n    \"", r#"".""#, r#"" .. ""#, r#"" & ""#, "\" & _\r\n\"", r#""||""#]
        {
            let text = format!("x = \"key={between}{RUN}{between}end\";");
            assert_eq!(joined(&text), Some((format!("key={RUN}end"), Form::Concatenated)), "{text}");
        }
    }

    #[test]
    fn without_an_operator_it_may_be_a_list() {
        for between in ["' '", "'\n  '", "' \\\n '"] {
            let text = format!("x = '{RUN}{between}end'");
            assert_eq!(joined(&text), Some((format!("{RUN}end"), Form::Adjacent)), "{text}");
        }
    }

    #[test]
    fn other_neighbours_are_not_joined() {
        for text in [
            format!(r#"["{RUN}", "end"]"#),
            format!(r#"{{"{RUN}": "end"}}"#),
            format!(r#"f("{RUN}")"#),
            format!(r#""{RUN}""end""#),
            format!(r#"{RUN} + "x""#),
            format!(r#""{RUN}" + 'x'"#),
            format!(r#""{RUN}" +- "x""#),
            format!(r#""{RUN}" + "not closed"#),
        ] {
            assert_eq!(joined(&text), None, "{text}");
        }
    }
}
