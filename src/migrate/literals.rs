//! Anchors for a pattern that comes without: literals, one of which stands in every match.
//!
//! Takes a pattern, gives [`Anchors`] or nothing. A pattern is a row of pieces; where a piece, or several
//! side by side, can only begin with one of a few texts, those are anchors. Of a choice, each branch must
//! have its own. Case-insensitive letters are folded.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::matcher::{self, is_run_byte};

/// Most texts that a piece may stand for.
const MOST: usize = 24;

/// From this length on, longer anchors are no better.
const LONG_ENOUGH: usize = 8;

/// Literals, one of which stands in every match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anchors {
    pub(super) texts: Vec<String>,
    /// Whether letter case does not count.
    pub(super) ignore_case: bool,
    /// Whether a long run of token characters is sure to be around them.
    pub(super) in_run: bool,
}

/// What a pattern can begin with: texts, each whole or the beginning of more. Letters that may be of either
/// case are lower case, and `folded` says that there are some.
#[derive(Clone)]
struct Texts {
    set: BTreeSet<(Vec<u8>, Length)>,
    folded: bool,
}

/// Whether a text is all that is matched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Length {
    Whole,
    More,
}

/// A part of a pattern.
struct Piece {
    /// What it can begin with.
    texts: Texts,
    /// Anchors inside of it.
    inner: Option<Anchors>,
    /// Its shortest match.
    shortest: usize,
    /// Whether it matches token characters alone.
    is_run: bool,
}

/// The best anchors of a pattern.
pub(super) fn anchors(pattern: &str) -> Option<Anchors> {
    let parser = regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build().parse(pattern);
    best(&parser.ok()?)
}

fn best(hir: &Hir) -> Option<Anchors> {
    let mut pieces = Vec::new();
    split(hir, &mut pieces);
    let own = (0..pieces.len()).filter_map(|start| candidate(&pieces, start));
    let all: Vec<Anchors> = own.chain(pieces.iter().filter_map(|piece| piece.inner.clone())).collect();
    // Of equals the last wins, and the first in the pattern are the best.
    all.into_iter().rev().max_by_key(|anchors| {
        let shortest = anchors.texts.iter().map(String::len).min().unwrap_or(0);
        (anchors.in_run, shortest.min(LONG_ENOUGH), Reverse(anchors.texts.len()))
    })
}

/// All texts that a pattern can match, where they are few; and whether letter case does not count.
pub(super) fn all_texts(hir: &Hir) -> Option<(Vec<String>, bool)> {
    let texts = texts_of(hir);
    let whole = texts.set.iter().all(|(_, length)| *length == Length::Whole);
    whole.then(|| Some((texts.strings()?, texts.folded)))?
}

/// The anchors that begin with the piece at `start`, if it has any.
fn candidate(pieces: &[Piece], start: usize) -> Option<Anchors> {
    let mut texts = pieces[start].texts.clone();
    let mut end = start + 1;
    while texts.set.iter().any(|(_, length)| *length == Length::Whole)
        && let Some(both) = pieces.get(end).and_then(|next| cross(&texts, &next.texts))
    {
        texts = both;
        end += 1;
    }
    let mut all = texts.strings()?;
    // Where one stands, another that begins with it need not be looked for.
    all.dedup_by(|next, kept| !kept.is_empty() && next.starts_with(kept.as_str()));
    let long_enough = all.iter().all(|text| text.len() >= matcher::MIN_ANCHOR);
    long_enough.then(|| Anchors { texts: all, ignore_case: texts.folded, in_run: in_run(pieces, start, end) })
}

/// Whether the pieces `start..end` are part of a stretch of token characters that is never short.
fn in_run(pieces: &[Piece], start: usize, end: usize) -> bool {
    let before = pieces[..start].iter().rev().take_while(|p| p.is_run);
    let after = pieces[end..].iter().take_while(|p| p.is_run);
    let own = &pieces[start..end];
    let shortest: usize = before.chain(own).chain(after).map(|p| p.shortest).sum();
    own.iter().all(|p| p.is_run) && shortest >= matcher::MIN_RUN
}

fn split(hir: &Hir, pieces: &mut Vec<Piece>) {
    match hir.kind() {
        HirKind::Concat(subs) => subs.iter().for_each(|sub| split(sub, pieces)),
        HirKind::Capture(capture) => split(&capture.sub, pieces),
        HirKind::Look(_) => {}
        kind => pieces.push(Piece {
            texts: texts_of(hir),
            inner: if let HirKind::Alternation(subs) = kind { each(subs) } else { None },
            shortest: hir.properties().minimum_len().unwrap_or(0),
            is_run: is_run(hir),
        }),
    }
}

/// Anchors of all branches together, where each has some.
fn each(branches: &[Hir]) -> Option<Anchors> {
    let found: Vec<Anchors> = branches.iter().map(best).collect::<Option<_>>()?;
    let ignore_case = found.iter().any(|anchors| anchors.ignore_case);
    let in_run = found.iter().all(|anchors| anchors.in_run);
    let texts: BTreeSet<String> = found.into_iter().flat_map(|anchors| anchors.texts).collect();
    (texts.len() <= MOST).then(|| Anchors { texts: texts.into_iter().collect(), ignore_case, in_run })
}

fn is_run(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|b| is_run_byte(*b)),
        HirKind::Class(class) => bytes_of(class).is_some_and(|bytes| bytes.iter().all(|b| is_run_byte(*b))),
        HirKind::Repetition(repetition) => is_run(&repetition.sub),
        HirKind::Capture(capture) => is_run(&capture.sub),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => subs.iter().all(is_run),
    }
}

fn bytes_of(class: &Class) -> Option<Vec<u8>> {
    match class {
        Class::Bytes(class) => Some(class.iter().flat_map(|range| range.start()..=range.end()).collect()),
        Class::Unicode(_) => None,
    }
}

impl Texts {
    fn one(text: &[u8], length: Length) -> Self {
        Self { set: [(text.to_vec(), length)].into(), folded: false }
    }

    fn strings(&self) -> Option<Vec<String>> {
        let string = |(bytes, _): &(Vec<u8>, Length)| String::from_utf8(bytes.clone()).ok();
        let all: BTreeSet<String> = self.set.iter().map(string).collect::<Option<_>>()?;
        Some(all.into_iter().collect())
    }

    /// Each of them as the beginning of more.
    fn open(mut self) -> Self {
        self.set = self.set.into_iter().map(|(text, _)| (text, Length::More)).collect();
        self
    }
}

/// What a pattern can begin with.
fn texts_of(hir: &Hir) -> Texts {
    let unknown = || Texts::one(b"", Length::More);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Texts::one(b"", Length::Whole),
        HirKind::Literal(literal) => Texts::one(&literal.0, Length::Whole),
        HirKind::Class(class) => of_class(class).unwrap_or_else(unknown),
        HirKind::Capture(capture) => texts_of(&capture.sub),
        HirKind::Concat(subs) => {
            let empty = Texts::one(b"", Length::Whole);
            subs.iter().fold(empty, |all, sub| cross(&all, &texts_of(sub)).unwrap_or_else(|| all.open()))
        }
        HirKind::Alternation(subs) => of_branches(subs).unwrap_or_else(unknown),
        HirKind::Repetition(repetition) if repetition.min > 0 => texts_of(&repetition.sub).open(),
        HirKind::Repetition(repetition) if repetition.max == Some(1) => {
            let mut texts = texts_of(&repetition.sub);
            texts.set.insert((Vec::new(), Length::Whole));
            texts
        }
        HirKind::Repetition(_) => unknown(),
    }
}

fn of_branches(branches: &[Hir]) -> Option<Texts> {
    let mut all = Texts { set: BTreeSet::new(), folded: false };
    for texts in branches.iter().map(texts_of) {
        all.set.extend(texts.set);
        all.folded |= texts.folded;
    }
    (all.set.len() <= MOST).then_some(all)
}

fn of_class(class: &Class) -> Option<Texts> {
    let bytes = bytes_of(class)?;
    let doubled = |b: &u8| b.is_ascii_uppercase() && bytes.contains(&b.to_ascii_lowercase());
    let single = bytes.iter().filter(|b| !doubled(b));
    let set: BTreeSet<_> = single.map(|b| (vec![*b], Length::Whole)).collect();
    (set.len() <= 4).then(|| Texts { folded: bytes.iter().any(doubled), set })
}

/// One behind the other; nothing where those are too many.
fn cross(a: &Texts, b: &Texts) -> Option<Texts> {
    let mut set = BTreeSet::new();
    for (head, length) in &a.set {
        match length {
            Length::More => {
                set.insert((head.clone(), Length::More));
            }
            Length::Whole => {
                set.extend(b.set.iter().map(|(tail, length)| ([head.as_slice(), tail].concat(), *length)));
            }
        }
    }
    (set.len() <= MOST).then_some(Texts { set, folded: a.folded || b.folded })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_found_where_there_are_any() {
        let of = |pattern| anchors(pattern).map(|a| (a.texts.join(" "), a.ignore_case, a.in_run));
        let some = |text: &str, ignore_case, in_run| Some((text.to_owned(), ignore_case, in_run));
        assert_eq!(of(r"\b(acme_[a-z0-9]{32})(?:['\x22\s]|$)"), some("acme_", false, true));
        assert_eq!(of(r"(?i)acme[\w.-]{0,20}[=:]\s*(\w{32})"), some("acme", true, false));
        assert_eq!(
            of(r"[\w.-]{0,50}?(?i:(?:acme|beta))[\w.-]{0,20}=([0-9a-f]{16})"),
            some("acme beta", true, false)
        );
        assert_eq!(of(r"(?:AK|BK)[AB]Z[A-Z]{16}"), some("AKAZ AKBZ BKAZ BKBZ", false, true));
        assert_eq!(of(r"api[_-]?key=x"), some("api-key=x api_key=x apikey=x", false, false));
        assert_eq!(of(r"\b((?:A3T[A-Z0-9]|AKIA|ASIA)[A-Z2-7]{16})\b"), some("A3T AKIA ASIA", false, true));
        assert_eq!(of(r"(?i:x{0,9}acme=[0-9]+)|\b(beta-[0-9]{20})"), some("acme= beta-", true, false));
        assert_eq!(of(r"(?:acme_)+[a-z]{20}"), some("acme_", false, true));
        assert_eq!(of(r"[a-z0-9]{32}"), None);
        assert_eq!(of(r"(?:acme|[0-9]+)x"), None);
        assert_eq!(of(r"ab[0-9]+cd"), None);
    }
}
