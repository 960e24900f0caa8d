//! Literals of their own: finds which of the rules' literals stand anywhere in a text.
//!
//! Takes the literals once and texts many times; gives literal and place. The first four bytes of all
//! literals are looked for in one pass of vector shuffles, whose cost hardly depends on how many there are.
//! Four bytes and not three, since every place that looks like a literal and is none costs as much as 50
//! bytes of the pass. Where the machine or the literals do not allow it, `aho-corasick` does the same.

mod windows;

use std::ops::Range;

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, Input, MatchKind, Span};

use super::vector::WINDOW;
use windows::Windows;

/// With more literals than this, too many places look like one.
const MOST_BY_WINDOW: usize = 48;

/// How many literals are told apart at once, by the bits of a number.
const HEADS: usize = u64::BITS as usize;

/// A set of literals, and the rules that each stands for.
#[derive(Debug)]
pub(super) struct Literals {
    search: Option<Search>,
    list: Vec<Literal>,
    /// Their first bytes, [`HEADS`] of them at a time.
    heads: Vec<Heads>,
}

#[derive(Debug)]
struct Literal {
    text: Box<[u8]>,
    rules: Vec<u16>,
}

#[derive(Debug)]
enum Search {
    Windows(Windows),
    Packed(packed::Searcher),
    Automaton(Box<AhoCorasick>),
}

impl Search {
    fn new(list: &[Literal]) -> Option<Self> {
        let are_for_windows = list.len() <= MOST_BY_WINDOW && list.iter().all(|l| l.text.len() >= WINDOW - 1);
        if list.is_empty() {
            return None;
        }
        // Sharing very many out among the sets would take longer than a scan.
        let windows = if are_for_windows { Windows::new(|| texts(list)) } else { None };
        windows.map(Self::Windows).or_else(|| Self::any_machine(list))
    }

    fn any_machine(list: &[Literal]) -> Option<Self> {
        if let Some(searcher) = packed::Config::new().builder().extend(texts(list)).build() {
            return Some(Self::Packed(searcher));
        }
        let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(texts(list));
        builder.ok().map(|automaton| Self::Automaton(Box::new(automaton)))
    }
}

fn texts(list: &[Literal]) -> impl Iterator<Item = &[u8]> {
    list.iter().map(|literal| &*literal.text)
}

impl Literals {
    /// Builds the set from `(literal, rule)`.
    pub(super) fn new<'a>(literals: impl Iterator<Item = (&'a str, u16)>) -> Self {
        let mut list: Vec<Literal> = Vec::new();
        for (text, rule) in literals {
            match list.iter_mut().find(|l| *l.text == *text.as_bytes()) {
                Some(literal) => literal.rules.push(rule),
                None => list.push(Literal { text: text.as_bytes().into(), rules: vec![rule] }),
            }
        }
        Self { search: Search::new(&list), heads: list.chunks(HEADS).map(Heads::new).collect(), list }
    }

    /// Calls `f(literal, rules, at)` for each literal that stands in `text[range]`, in order of `at`.
    pub(super) fn find(&self, text: &[u8], range: Range<usize>, mut f: impl FnMut(&[u8], &[u16], usize)) {
        let text = &text[..range.end];
        let next = |at: Option<usize>| at.unwrap_or(range.end);
        let from = range.start;
        match &self.search {
            None => {}
            Some(Search::Windows(windows)) => windows.find(text, from, |at| self.here(text, at, &mut f)),
            Some(Search::Packed(searcher)) => self.each(text, from, &mut f, |from| {
                next(searcher.find_in(text, Span::from(from..range.end)).map(|m| m.start()))
            }),
            Some(Search::Automaton(automaton)) => self.each(text, from, &mut f, |from| {
                next(automaton.find(Input::new(text).range(from..range.end)).map(|m| m.start()))
            }),
        }
    }

    /// Where each literal begins that `next` finds.
    fn each(
        &self,
        text: &[u8],
        mut from: usize,
        f: &mut impl FnMut(&[u8], &[u16], usize),
        next: impl Fn(usize) -> usize,
    ) {
        loop {
            let at = next(from);
            if at >= text.len() {
                return;
            }
            self.here(text, at, f);
            from = at + 1;
        }
    }

    /// The literals that stand at `at`: one may be the beginning of another.
    fn here(&self, text: &[u8], at: usize, f: &mut impl FnMut(&[u8], &[u16], usize)) {
        let Some(here) = text.get(at..) else { return };
        let first = here.first_chunk().copied().unwrap_or_else(|| {
            // Behind the end of a text stands nothing that a literal begins with.
            std::array::from_fn(|i| here.get(i).copied().unwrap_or_default())
        });
        for (heads, list) in self.heads.iter().zip(self.list.chunks(HEADS)) {
            let mut alike = heads.of(first);
            while alike != 0 {
                let literal = &list[alike.trailing_zeros() as usize];
                if here.starts_with(&literal.text) {
                    f(&literal.text, &literal.rules, at);
                }
                alike &= alike - 1;
            }
        }
    }
}

/// Up to 64 literals by their first bytes: bit `i` of an entry says whether literal `i` has that byte at that place,
/// or ends before it.
#[derive(Debug)]
struct Heads(Box<[[u64; 256]; WINDOW]>);

impl Heads {
    fn new(literals: &[Literal]) -> Self {
        let mut heads = Box::new([[0; 256]; WINDOW]);
        for (i, literal) in literals.iter().enumerate() {
            for (place, entries) in heads.iter_mut().enumerate() {
                match literal.text.get(place) {
                    Some(byte) => entries[usize::from(*byte)] |= 1 << i,
                    None => entries.iter_mut().for_each(|entry| *entry |= 1 << i),
                }
            }
        }
        Self(heads)
    }

    /// The literals that begin as these bytes do, as bits.
    fn of(&self, first: [u8; WINDOW]) -> u64 {
        first.iter().zip(&*self.0).fold(u64::MAX, |all, (byte, entries)| all & entries[usize::from(*byte)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is found, in all ways that there are.
    fn found(literals: &[String], text: &str) -> Vec<(u16, usize)> {
        let mut literals = Literals::new(literals.iter().map(String::as_str).zip(0..));
        let search = |literals: &Literals| {
            let mut found = Vec::new();
            literals.find(text.as_bytes(), 0..text.len(), |_, rules, at| {
                found.extend(rules.iter().map(|r| (*r, at)));
            });
            assert!(found.is_sorted_by_key(|(_, at)| at));
            found.sort_unstable();
            found
        };
        let found = search(&literals);
        let by_halves = Windows::by_halves(texts(&literals.list)).map(Search::Windows);
        let is_by_window = matches!(literals.search, Some(Search::Windows(_)));
        for other in [by_halves.filter(|_| is_by_window), Search::any_machine(&literals.list)] {
            literals.search = other.or(literals.search);
            assert_eq!(search(&literals), found);
        }
        found
    }

    #[test]
    fn every_literal_is_found_at_every_place() {
        let literals: Vec<String> = ["pass", "password", "word", "://"].map(str::to_owned).to_vec();
        let text = format!("{}password{}://pass", " ".repeat(100), " ".repeat(70));
        assert_eq!(found(&literals, &text), [(0, 100), (0, 181), (1, 100), (2, 104), (3, 178)]);
        assert_eq!(found(&literals, ""), []);
        assert_eq!(found(&[], &text), []);
    }

    proptest! {
        #[test]
        fn equals_a_naive_search(
            literals in prop::collection::hash_set("[a-cB]{3,7}", 0..9), text in "([a-cB]{0,9}[ -~é]?){0,60}"
        ) {
            let literals: Vec<String> = literals.into_iter().collect();
            let stands = |(i, l): (usize, &String)| {
                let bytes = text.as_bytes().windows(l.len()).enumerate();
                bytes.filter(|(_, w)| w == &l.as_bytes()).map(|(at, _)| (i as u16, at)).collect::<Vec<_>>()
            };
            let mut naive: Vec<_> = literals.iter().enumerate().flat_map(stands).collect();
            naive.sort_unstable();
            prop_assert_eq!(found(&literals, &text), naive);
        }
    }

    #[test]
    fn more_literals_than_a_packed_search_takes() {
        let literals: Vec<String> = (0..500).map(|i| format!("literal{i:03}")).collect();
        let text = format!("x {} y {}", literals[7], literals[499]);
        assert_eq!(found(&literals, &text), [(7, 2), (499, 15)]);
    }
}
