//! Literals of their own: finds which of the rules' literals stand anywhere in a text.
//!
//! Takes the literals once and texts many times; gives literal and place. The first four bytes of all
//! literals are looked for in one pass of vector shuffles, whose cost hardly depends on how many there are.
//! Four bytes and not three, since every place that looks like a literal and is none costs as much as 50
//! bytes of the pass. Where the machine or the literals do not allow it, `aho-corasick` does the same.

use std::ops::Range;

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, Input, MatchKind, Span};

use super::vector::{Avx2, Avx512, BLOCK, Nibbles, REACH, Sixes, WINDOW};

/// Sets of bytes that windows are told apart by.
const SETS: usize = 8;
/// With more literals than this, too many places look like one.
const MOST_BY_WINDOW: usize = 48;
/// Blocks whose masks are made at once.
const BATCH: usize = 32;

/// A set of literals, and the rules that each stands for.
#[derive(Debug)]
pub(super) struct Literals {
    search: Option<Search>,
    list: Vec<Literal>,
    /// The first four bytes of each, in one number.
    heads: Vec<Head>,
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
        match Windows::by_sixes(list).or_else(|| Windows::by_halves(list)) {
            _ if list.is_empty() => None,
            Some(windows) if are_for_windows => Some(Self::Windows(windows)),
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

/// The bytes that the windows of literals hold at each of their places, and what looks for them.
#[derive(Debug)]
enum Windows {
    Sixes(Avx512, Box<[Sixes; WINDOW]>),
    Halves(Avx2, Box<[Nibbles; WINDOW]>),
}

impl Windows {
    fn by_sixes(list: &[Literal]) -> Option<Self> {
        let mut sets = Box::new([Sixes::EMPTY; WINDOW]);
        let machine = Avx512::detect()?;
        fill(list, |place, set, bytes: SixBits| sets[place].add(bytes.0, set));
        Some(Self::Sixes(machine, sets))
    }

    fn by_halves(list: &[Literal]) -> Option<Self> {
        let mut sets = Box::new([Nibbles::EMPTY; WINDOW]);
        let machine = Avx2::detect()?;
        fill(list, |place, set, bytes: Halves| sets[place].add(bytes.low, bytes.high, set));
        Some(Self::Halves(machine, sets))
    }

    /// One mask for each block: where a window looks like one of the literals.
    fn masks(&self, text: &[u8], masks: &mut [u64]) {
        match self {
            Self::Sixes(machine, sets) => machine.windows(text, sets, masks),
            Self::Halves(machine, sets) => machine.windows(text, sets, masks),
        }
    }
}

/// Shares the literals out among the sets; `add(place, set, bytes)` for each set and each place of its windows.
fn fill<B: Bytes>(list: &[Literal], mut add: impl FnMut(usize, u8, B)) {
    let mut groups: Vec<Group<B>> = list.iter().map(Group::new).collect();
    while groups.len() > SETS {
        let (i, j) = nearest(&groups);
        let other = groups.swap_remove(j);
        groups[i] = groups[i].with(&other);
    }
    for (set, group) in (0..).zip(&groups) {
        group.bytes.iter().enumerate().for_each(|(place, bytes)| add(place, set, *bytes));
    }
}

/// The two groups that are together least worse than alone: what two let through that have little in common
/// has one byte of this and one of that.
fn nearest<B: Bytes>(groups: &[Group<B>]) -> (usize, usize) {
    let pairs = (1..groups.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
    let worse =
        |(i, j): &(usize, usize)| groups[*i].with(&groups[*j]).cost - groups[*i].cost - groups[*j].cost;
    pairs.min_by_key(worse).unwrap_or_default()
}

/// Literals that share a set.
#[derive(Debug, Clone, Copy)]
struct Group<B> {
    /// The bytes at each place of the window.
    bytes: [B; WINDOW],
    /// How often ordinary text has such a window, as a measure.
    cost: i64,
}

impl<B: Bytes> Group<B> {
    fn new(literal: &Literal) -> Self {
        Self::of(std::array::from_fn(|i| literal.text.get(i).map_or(B::ALL, |b| B::of(*b))))
    }

    fn with(&self, other: &Self) -> Self {
        Self::of(std::array::from_fn(|i| self.bytes[i].with(other.bytes[i])))
    }

    fn of(bytes: [B; WINDOW]) -> Self {
        Self { bytes, cost: bytes.iter().map(|b| b.weight()).product() }
    }
}

/// A set of bytes as a kernel knows it: not as exactly as one would.
trait Bytes: Copy {
    const ALL: Self;
    fn of(byte: u8) -> Self;
    fn with(self, other: Self) -> Self;
    /// How often ordinary text has one of them, as a measure. This is asked some thousand times at every start.
    fn weight(self) -> i64;
}

/// The lower six bits of bytes, as bits.
#[derive(Debug, Clone, Copy)]
struct SixBits(u64);

impl Bytes for SixBits {
    const ALL: Self = Self(u64::MAX);

    fn of(byte: u8) -> Self {
        Self(1 << (byte & 63))
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn weight(self) -> i64 {
        if self.0 == u64::MAX {
            return ALL;
        }
        let (mut left, mut sum) = (self.0, 0);
        while left != 0 {
            let six = left.trailing_zeros() as usize;
            sum += WEIGHTS[six >> 4][six & 15] + WEIGHTS[six >> 4 | 4][six & 15];
            left &= left - 1;
        }
        sum
    }
}

/// The lower and the higher halves of bytes, as bits.
#[derive(Debug, Clone, Copy)]
struct Halves {
    low: u16,
    high: u16,
}

impl Bytes for Halves {
    const ALL: Self = Self { low: u16::MAX, high: u16::MAX };

    fn of(byte: u8) -> Self {
        Self { low: 1 << (byte & 15), high: 1 << (byte >> 4) }
    }

    fn with(self, other: Self) -> Self {
        Self { low: self.low | other.low, high: self.high | other.high }
    }

    fn weight(self) -> i64 {
        if self.low == u16::MAX {
            return ALL;
        }
        let (mut high, mut sum) = (self.high, 0);
        while high != 0 {
            let (row, mut low) = (&WEIGHTS[high.trailing_zeros() as usize], self.low);
            high &= high - 1;
            while low != 0 {
                sum += row[low.trailing_zeros() as usize];
                low &= low - 1;
            }
        }
        sum
    }
}

/// How often each byte stands in ordinary text, as a measure: letters by their frequency in English, since
/// code is made of it. By its high half and its low half.
const WEIGHTS: [[i64; 16]; 16] = {
    let mut weights = [[0; 16]; 16];
    let mut byte = 0u8;
    while byte < 0x80 {
        weights[(byte >> 4) as usize][(byte & 15) as usize] = match byte {
            b' ' => 24,
            b'a' | b'e' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 10,
            b'c' | b'd' | b'l' | b'm' | b'p' | b'u' => 6,
            b'a'..=b'z' => 3,
            _ => 1,
        };
        byte += 1;
    }
    weights
};

/// About what all bytes weigh.
const ALL: i64 = 300;

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
        Self { search: Search::new(&list), heads: list.iter().map(|l| Head::of(&l.text)).collect(), list }
    }

    /// Calls `f(literal, rules, at)` for each literal that stands in `text[range]`, in order of `at`.
    pub(super) fn find(&self, text: &[u8], range: Range<usize>, mut f: impl FnMut(&[u8], &[u16], usize)) {
        let text = &text[..range.end];
        let next = |at: Option<usize>| at.unwrap_or(range.end);
        let from = range.start;
        match &self.search {
            None => {}
            Some(Search::Windows(windows)) => {
                by_windows(windows, text, from, |at| self.here(text, at, &mut f))
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
        let head = Head::of(here).bytes;
        for (i, literal) in self.list.iter().enumerate() {
            // Most differ in their first bytes, which costs no call.
            if head & self.heads[i].counts == self.heads[i].bytes && here.starts_with(&literal.text) {
                f(&literal.text, &literal.rules, at);
            }
        }
    }
}

/// The first four bytes of a text.
#[derive(Debug, Clone, Copy)]
struct Head {
    bytes: u32,
    /// Which bits count: a shorter text has fewer.
    counts: u32,
}

impl Head {
    fn of(text: &[u8]) -> Self {
        if let Some(bytes) = text.first_chunk() {
            return Self { bytes: u32::from_le_bytes(*bytes), counts: u32::MAX };
        }
        let (mut bytes, mut counts) = ([0; 4], [0; 4]);
        bytes[..text.len()].copy_from_slice(text);
        counts[..text.len()].fill(u8::MAX);
        Self { bytes: u32::from_le_bytes(bytes), counts: u32::from_le_bytes(counts) }
    }
}

/// Calls `f` with each place from `from` on at which a window looks like a literal's.
fn by_windows(windows: &Windows, text: &[u8], from: usize, mut f: impl FnMut(usize)) {
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
        windows.masks(&text[at..], &mut masks[..blocks]);
        for mask in &masks[..blocks] {
            places(at, *mask);
            at += BLOCK;
        }
    }
    let mut last = [0; 2 * BLOCK + WINDOW - 1];
    last[..text.len() - at].copy_from_slice(&text[at..]);
    windows.masks(&last, &mut masks[..2]);
    for mask in &masks[..2] {
        places(at, *mask);
        at += BLOCK;
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
        let by_halves = Windows::by_halves(&literals.list).map(Search::Windows);
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
