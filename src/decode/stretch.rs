//! Stretches: which bytes of a text are to be decoded, and as what.
//!
//! Takes a text and its long runs of token characters; gives stretches in order. A run is one itself
//! (base64, hexadecimal digits), or an escape or a literal's end beside it says that it is part of one.

use std::ops::Range;

use super::escape::{self, parse};
use super::{Form, base64, hex, leads, literals};
use crate::matcher::{SIEVE_BLOCK, Sieved, is_run_byte};

/// Longest stretch of escaped text in bytes. A longer one is cut, and goes on in the next.
const LONGEST: usize = 64 << 10;
/// How far such a stretch reaches left of where it was noticed.
const LEFT: usize = 4096;
/// How much two parts of a longer stretch share, so that a token at the cut stands whole in one of them.
const SHARED: usize = 1024;
/// Lengths of a line that quoted-printable breaks softly.
const SOFT_LINE: Range<usize> = 60..77;

/// Bytes to decode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) range: Range<usize>,
    pub(super) form: Form,
}

/// What a text holds.
#[derive(Debug)]
pub(super) struct Survey {
    /// Ascending.
    pub(super) stretches: Vec<Stretch>,
    /// Whether NUL bytes stand in it as close to each other as in UTF-16.
    pub(super) has_nul: bool,
}

/// What a text holds where the sieve saw something in it.
pub(super) fn survey(text: &[u8], sieved: &Sieved) -> Survey {
    let mut finder = Finder { text, escaped: Vec::new(), digits: Vec::new(), known: 0, floor: 0 };
    for block in &sieved.dense {
        finder.block(*block..text.len().min(block + SIEVE_BLOCK));
    }
    (finder.known, finder.floor) = (0, 0);
    for run in &sieved.runs {
        finder.run(run);
    }
    Survey { stretches: finder.finish(), has_nul: sieved.dense.iter().any(|at| leads::has_nul(text, *at)) }
}

struct Finder<'a> {
    text: &'a [u8],
    escaped: Vec<Stretch>,
    digits: Vec<Stretch>,
    /// Up to where escaped text has been given out.
    known: usize,
    /// What the next stretch of escaped text must not reach left of.
    floor: usize,
}

impl Finder<'_> {
    /// A block that may be of escaped text.
    fn block(&mut self, mut block: Range<usize>) {
        block.start = block.start.max(self.known);
        while let Some((form, at)) = leads::find(self.text, block.clone()) {
            self.notice(form, at);
            block.start = self.known;
        }
    }

    fn run(&mut self, run: &Range<usize>) {
        if run.start < self.known {
            return;
        }
        if let Some((form, at)) = before(self.text, run.start).or_else(|| behind(self.text, run.end)) {
            self.notice(form, at);
        } else if let Some((range, form)) = literals::chain(self.text, run, self.known) {
            (self.known, self.floor) = (range.end, range.end);
            self.escaped.push(Stretch { range, form });
        } else if !self.digits(run)
            && let Some((form, at)) = soft_line(self.text, run)
        {
            self.notice(form, at);
        }
    }

    /// The parts of a run that are digits of text.
    fn digits(&mut self, run: &Range<usize>) -> bool {
        let before = self.digits.len();
        let mut at = run.start.max(self.digits.last().map_or(0, |s| s.range.end));
        while at + base64::SHORTEST <= run.end {
            let break_in = |range: Range<usize>| memchr::memchr(b'.', &self.text[range]);
            let here = &self.text[at..run.end];
            let stretch = (base64::may_promise(here) || hex::may_promise(here)).then(|| {
                let len = break_in(at..run.end).unwrap_or(run.end - at);
                digits(self.text, at..at + len)
            });
            if let Some(stretch) = stretch.flatten() {
                at = stretch.range.end;
                self.digits.push(stretch);
            } else if let Some(len) = break_in(at..run.end + 1 - base64::SHORTEST) {
                at += len + 1;
            } else {
                break;
            }
        }
        self.digits.len() > before
    }

    /// The escaped text around an escape at `at`.
    fn notice(&mut self, form: Form, at: usize) {
        if at < self.known {
            return;
        }
        let start = start_of(form, self.text, at, self.floor.max(at.saturating_sub(LEFT)));
        let limit = self.text.len().min(at + LONGEST);
        let end = end_of(form, self.text, at, limit);
        self.known = end.max(at + 1);
        self.floor = if end == limit { end.saturating_sub(SHARED).max(start + 1) } else { end };
        self.escaped.push(Stretch { range: start..end, form });
    }

    /// All stretches in order. Where digits are part of escaped text, they are left to the next layer.
    fn finish(self) -> Vec<Stretch> {
        let (mut escaped, mut digits) = (self.escaped, self.digits);
        if escaped.is_empty() {
            return digits;
        }
        escaped.sort_by_key(|s| (s.range.start, std::cmp::Reverse(s.range.end)));
        let mut end = 0;
        escaped.retain_mut(|s| {
            s.range.start = s.range.start.max(usize::min(end, s.range.end).saturating_sub(SHARED));
            let is_new = s.range.end > end;
            end = end.max(s.range.end);
            is_new
        });
        digits.retain(|d| {
            let next = escaped.partition_point(|s| s.range.end <= d.range.start);
            escaped.get(next).is_none_or(|s| s.range.start >= d.range.end)
        });
        escaped.append(&mut digits);
        escaped.sort_by_key(|s| s.range.start);
        escaped
    }
}

fn digits(text: &[u8], run: Range<usize>) -> Option<Stretch> {
    let hex = || hex::stretch(text, run.clone()).map(|range| Stretch { range, form: Form::Hex });
    hex().or_else(|| base64::stretch(text, run.clone()).map(|range| Stretch { range, form: Form::Base64 }))
}

/// The escape that ends where a run begins: its last digits look like part of the run.
fn before(text: &[u8], start: usize) -> Option<(Form, usize)> {
    let at = start.checked_sub(1)?;
    let form = match text[at] {
        b'%' => Form::Percent,
        b'\\' => return backslash(text, at),
        b'=' => return text[start..].starts_with(b"3D").then_some((Form::QuotedPrintable, at)),
        b';' => {
            let at = at - text[..at].iter().rev().take(10).position(|b| *b == b'&')? - 1;
            return stands_for_token(Form::Entity, text, at).then_some((Form::Entity, at));
        }
        b' ' if at > 0 && text[at - 1] > b' ' => return None,
        b'\n' | b' ' | b'\t' => {
            continued_before(Form::Continued, text, start)?;
            return Some((Form::Continued, start));
        }
        _ => return None,
    };
    leads::printable(form, text, at).map(|_| (form, at))
}

/// The escape that begins where a run ends, if it stands for a character of a token.
fn behind(text: &[u8], at: usize) -> Option<(Form, usize)> {
    let form = match text.get(at)? {
        b'%' => Form::Percent,
        b'&' => Form::Entity,
        b'\\' if escape::line_end(&text[at + 1..]) > 0 => return Some((Form::Continued, at)),
        b'\\' => return backslash(text, at).filter(|_| stands_for_token(Form::Backslash, text, at)),
        _ => return None,
    };
    stands_for_token(form, text, at).then_some((form, at))
}

fn backslash(text: &[u8], at: usize) -> Option<(Form, usize)> {
    let is_slash = text.get(at + 1) == Some(&b'/');
    (is_slash || leads::printable(Form::Backslash, text, at).is_some()).then_some((Form::Backslash, at))
}

fn stands_for_token(form: Form, text: &[u8], at: usize) -> bool {
    parse(form, text, at).and_then(|e| e.byte).is_some_and(is_run_byte)
}

/// The line end of quoted-printable that a run goes on behind, or began before.
fn soft_line(text: &[u8], run: &Range<usize>) -> Option<(Form, usize)> {
    let form = Form::QuotedPrintable;
    let mark = match continued_before(form, text, run.start) {
        Some(mark) => mark,
        None => Some(run.end)
            .filter(|at| text.get(*at) == Some(&b'=') && escape::line_end(&text[at + 1..]) > 0)?,
    };
    let line = text[..mark].iter().rev().take(SOFT_LINE.end).take_while(|b| **b != b'\n').count();
    SOFT_LINE.contains(&line).then_some((form, mark))
}

/// Where the mark stands that makes the line before `at` go on at `at`.
fn continued_before(form: Form, text: &[u8], at: usize) -> Option<usize> {
    let is_indented = form == Form::Continued;
    let indent = text[..at].iter().rev().take(64).take_while(|b| is_indented && matches!(b, b' ' | b'\t'));
    let line = text[..at - indent.count()].strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_suffix(&[escape::lead(form)])?;
    // A mark that stands by itself continues the line, but no word.
    line.last().is_some_and(|b| is_run_byte(*b)).then_some(line.len())
}

/// Whether escaped text ends at a byte.
fn is_end(b: u8) -> bool {
    b <= b' ' || matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>')
}

fn goes_over_lines(form: Form) -> bool {
    matches!(form, Form::QuotedPrintable | Form::Continued)
}

fn start_of(form: Form, text: &[u8], at: usize, floor: usize) -> usize {
    let mut start = at;
    while start > floor {
        if !is_end(text[start - 1]) {
            start -= 1;
        } else if goes_over_lines(form)
            && let Some(mark) = continued_before(form, text, start).filter(|m| *m >= floor)
        {
            start = mark;
        } else {
            break;
        }
    }
    start
}

fn end_of(form: Form, text: &[u8], at: usize, limit: usize) -> usize {
    let mut end = at;
    while end < limit {
        if !is_end(text[end]) {
            let escape = if goes_over_lines(form) { parse(form, text, end) } else { None };
            end += escape.map_or(1, |e| e.len);
        } else {
            break;
        }
    }
    end.min(text.len())
}

/// Longest gap between a name and its value.
const GAP: usize = 48;
/// Longest name.
const LONGEST_NAME: usize = 64;

/// The name that the stretch beginning at `at` is assigned to, on its line or before a block of YAML.
pub(super) fn name(text: &[u8], at: usize) -> Option<Range<usize>> {
    let is_gap = |b: u8| {
        b.is_ascii_whitespace()
            || matches!(
                b,
                b'"' | b'\'' | b'`' | b'=' | b':' | b'>' | b'(' | b'[' | b'|' | b'-' | b',' | b'\\'
            )
    };
    let gap = text[..at].iter().rev().take(GAP).take_while(|b| is_gap(**b)).count();
    let end = at - gap;
    let gap = &text[end..at];
    let assigns = gap.iter().any(|b| matches!(b, b'=' | b':' | b'>' | b'('));
    let line = memchr::memchr(b'\n', gap).map(|i| gap[..i].trim_ascii_end());
    let is_block =
        line.is_none_or(|l| l.ends_with(b"|") || l.ends_with(b">") || l.ends_with(b"-") || l.ends_with(b":"));
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let len = text[..end].iter().rev().take(LONGEST_NAME).take_while(|b| is_name(b)).count();
    (assigns && is_block && (2..LONGEST_NAME).contains(&len)).then(|| end - len..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::sieved;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(&str, Form)> {
        let stretches = survey(text.as_bytes(), &sieved(text.as_bytes())).stretches;
        stretches.into_iter().map(|s| (&text[s.range], s.form)).collect()
    }

    const RUN: &str = "abcdefghij0123456789KLMN";

    #[test]
    fn an_escape_beside_a_run_makes_a_stretch() {
        for (text, form) in [
            (format!("key%3D{RUN}"), Form::Percent),
            (format!("{RUN}%2fzz"), Form::Percent),
            (format!("k\\u003d{RUN}"), Form::Backslash),
            (format!("{RUN}\\/zz"), Form::Backslash),
            (format!("x&#61;{RUN}&lowbar;zz"), Form::Entity),
            (format!("x=3D{RUN}"), Form::QuotedPrintable),
            (format!("{RUN}\\\n   zz"), Form::Continued),
            (format!("zz\\\n   {RUN}"), Form::Continued),
        ] {
            assert_eq!(found(&format!("a \"{text}\" b")), [(&*text, form)], "{text}");
        }
    }

    #[test]
    fn ordinary_text_has_none() {
        for text in [
            format!("{RUN}%s {RUN}%d \"{RUN}\\n\\t{RUN}\" {RUN}&amp;{RUN} &{RUN}; {RUN}=\n{RUN}"),
            format!("#define {RUN} \\\n  x\n{RUN} + \"a\""),
        ] {
            assert_eq!(found(&text), []);
        }
    }

    #[test]
    fn names_in_front() {
        for text in [
            "api_key: VALUE",
            "\"api_key\" : \"VALUE",
            "api_key=VALUE",
            "<api_key>VALUE",
            "  api_key: |\n    VALUE",
            "api_key: >-\r\n    VALUE",
            "api_key(\"VALUE",
        ] {
            let at = text.find("VALUE").unwrap();
            assert_eq!(name(text.as_bytes(), at).map(|r| &text[r]), Some("api_key"), "{text}");
        }
        for text in ["api_key VALUE", "api_key = x\nVALUE", ": VALUE", "VALUE"] {
            assert_eq!(name(text.as_bytes(), text.find("VALUE").unwrap()), None, "{text}");
        }
    }

    #[test]
    fn a_very_long_stretch_is_cut_with_something_shared() {
        let text = "%41".repeat(LONGEST);
        let stretches =
            survey(text.as_bytes(), &Sieved { runs: Vec::new(), ..sieved(text.as_bytes()) }).stretches;
        assert!(stretches.len() >= 3);
        assert_eq!((stretches[0].range.start, stretches.last().unwrap().range.end), (0, text.len()));
        for pair in stretches.windows(2) {
            assert_eq!(pair[0].range.end - pair[1].range.start, SHARED);
        }
    }

    proptest! {
        #[test]
        fn stretches_ascend_and_share_little(text in "([a-zA-Z0-9]{0,30}(%4[0-9]|\\\\x6[0-9]|&#6[0-9];|=\n|\" \\+ \"|[ -~\n])){0,40}") {
            let stretches = survey(text.as_bytes(), &sieved(text.as_bytes())).stretches;
            for s in &stretches {
                prop_assert!(s.range.start < s.range.end && s.range.end <= text.len());
            }
            for pair in stretches.windows(2) {
                prop_assert!(pair[0].range.end <= pair[1].range.start + SHARED);
                prop_assert!(pair[0].range.start <= pair[1].range.start);
            }
        }
    }
}
