//! Literals of their own: finds which of the rules' literals stand anywhere in a text.
//!
//! Takes the literals once and texts many times; gives literal and place. The first four bytes of all
//! literals are looked for in one pass of vector shuffles, whose cost hardly depends on how many there are.
//! Four bytes and not three, since every place that looks like a literal and is none costs as much as 50
//! bytes of the pass. Where the machine or the literals do not allow it, `aho-corasick` does the same.

use std::ops::Range;

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, Input, MatchKind, Span};

use super::vector::{Avx2, BLOCK, Nibbles, REACH, WINDOW};

/// Sets of bytes that windows are told apart by.
const SETS: usize = 8;
/// With more literals than this, too many places look like one.
const MOST_BY_WINDOW: usize = 48;
/// Blocks whose masks are made at once.
const BATCH: usize = 128;

/// A set of literals, and the rules that each stands for.
#[derive(Debug)]
pub(super) struct Literals {
    search: Option<Search>,
    list: Vec<Literal>,
}

#[derive(Debug)]
struct Literal {
    text: Box<[u8]>,
    rules: Vec<u16>,
}

#[derive(Debug)]
enum Search {
    Windows(Avx2, Box<[Nibbles; WINDOW]>),
    Packed(packed::Searcher),
    Automaton(Box<AhoCorasick>),
}

impl Search {
    fn new(list: &[Literal]) -> Option<Self> {
        let are_for_windows = list.len() <= MOST_BY_WINDOW && list.iter().all(|l| l.text.len() >= WINDOW - 1);
        match Avx2::detect() {
            _ if list.is_empty() => None,
            Some(avx2) if are_for_windows => Some(Self::Windows(avx2, Box::new(windows(list)))),
            _ => Self::any_machine(list),
        }
    }

    fn any_machine(list: &[Literal]) -> Option<Self> {
        let texts = || list.iter().map(|l| &l.text);
        if let Some(searcher) = packed::Config::new().builder().extend(texts()).build() {
            return Some(Self::Packed(searcher));
        }
        let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(texts());
        builder.ok().map(|automaton| Self::Automaton(Box::new(automaton)))
    }
}

/// The bytes that the windows of literals hold at each of their places.
fn windows(list: &[Literal]) -> [Nibbles; WINDOW] {
    let mut groups: Vec<Group> = list.iter().map(Group::new).collect();
    while groups.len() > SETS {
        let (i, j) = nearest(&groups);
        let other = groups.swap_remove(j);
        groups[i] = groups[i].with(&other);
    }
    let mut sets = [Nibbles::EMPTY; WINDOW];
    for (set, group) in (0..).zip(&groups) {
        for (table, (low, high)) in sets.iter_mut().zip(group.0) {
            table.add(low, high, set);
        }
    }
    sets
}

/// The two groups that together let through fewest windows: what two that have little in common let through
/// has one byte of this and one of that.
fn nearest(groups: &[Group]) -> (usize, usize) {
    let pairs = (1..groups.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
    pairs.min_by_key(|(i, j)| groups[*i].with(&groups[*j]).count()).unwrap_or_default()
}

/// Literals that share a set: for each place of the window, the low and high halves of the bytes there, as
/// bits.
#[derive(Debug, Clone, Copy)]
struct Group([(u16, u16); WINDOW]);

impl Group {
    fn new(literal: &Literal) -> Self {
        let halves = |b: &u8| (1 << (b & 15), 1 << (b >> 4));
        Self(std::array::from_fn(|i| literal.text.get(i).map_or((u16::MAX, u16::MAX), halves)))
    }

    fn with(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|i| (self.0[i].0 | other.0[i].0, self.0[i].1 | other.0[i].1)))
    }

    /// How many windows it lets through.
    fn count(&self) -> u32 {
        self.0.iter().map(|(low, high)| low.count_ones() * high.count_ones()).product()
    }
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
        Self { search: Search::new(&list), list }
    }

    /// Calls `f(literal, rules, at)` for each literal that stands in `text[range]`, in order of `at`.
    pub(super) fn find(&self, text: &[u8], range: Range<usize>, mut f: impl FnMut(&[u8], &[u16], usize)) {
        let text = &text[..range.end];
        let next = |at: Option<usize>| at.unwrap_or(range.end);
        let from = range.start;
        match &self.search {
            None => {}
            Some(Search::Windows(avx2, sets)) => {
                by_windows(*avx2, sets, text, from, |at| self.here(text, at, &mut f))
            }
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
        let three = here.first_chunk::<{ WINDOW - 1 }>();
        // Most differ in their first bytes, which costs no call.
        let may_be = |l: &&Literal| l.text.first_chunk() == three || l.text.len() < WINDOW - 1;
        for literal in self.list.iter().filter(may_be).filter(|l| here.starts_with(&l.text)) {
            f(&literal.text, &literal.rules, at);
        }
    }
}

/// Calls `f` with each place from `from` on at which a window looks like one of `sets`.
fn by_windows(avx2: Avx2, sets: &[Nibbles; WINDOW], text: &[u8], from: usize, mut f: impl FnMut(usize)) {
    let mut masks = [0; BATCH];
    let mut at = from;
    let mut places = |at: usize, mut mask: u64| {
        while mask != 0 {
            f(at + mask.trailing_zeros() as usize);
            mask &= mask - 1;
        }
    };
    while text.len() - at >= REACH {
        let blocks = ((text.len() - at - REACH) / BLOCK + 1).min(BATCH);
        avx2.windows(&text[at..], sets, &mut masks[..blocks]);
        for mask in &masks[..blocks] {
            places(at, *mask);
            at += BLOCK;
        }
    }
    let mut last = [0; 2 * BLOCK + WINDOW - 1];
    last[..text.len() - at].copy_from_slice(&text[at..]);
    avx2.windows(&last, sets, &mut masks[..2]);
    for mask in &masks[..2] {
        places(at, *mask);
        at += BLOCK;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is found, in both ways where there are two.
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
        literals.search = literals.search.and_then(|_| Search::any_machine(&literals.list));
        assert_eq!(search(&literals), found);
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
