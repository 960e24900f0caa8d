//! Literals of their own: finds which of the rules' literals stand anywhere in a text.
//!
//! Takes the literals once and texts many times; gives literal and place. All are looked for in one pass of
//! vector shuffles (`aho-corasick`'s packed search), whose cost hardly depends on how many there are: about
//! that of two single searches. Where the machine or the number of literals does not allow it, an automaton
//! does the same more slowly.

use std::ops::Range;

use aho_corasick::packed;
use aho_corasick::{AhoCorasick, Input, MatchKind, Span};

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
    Packed(packed::Searcher),
    Automaton(Box<AhoCorasick>),
}

impl Search {
    fn new(list: &[Literal]) -> Option<Self> {
        let texts = || list.iter().map(|l| &l.text);
        match packed::Config::new().builder().extend(texts()).build() {
            Some(searcher) => Some(Self::Packed(searcher)),
            None if list.is_empty() => None,
            None => {
                let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(texts());
                builder.ok().map(|automaton| Self::Automaton(Box::new(automaton)))
            }
        }
    }

    /// Where the first literal in `text[range]` begins.
    fn next(&self, text: &[u8], range: Range<usize>) -> Option<usize> {
        match self {
            Self::Packed(searcher) => searcher.find_in(text, Span::from(range)).map(|m| m.start()),
            Self::Automaton(automaton) => automaton.find(Input::new(text).range(range)).map(|m| m.start()),
        }
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

    /// Calls `f(literal, rules, at)` for each literal that stands in `text[range]`.
    pub(super) fn find(&self, text: &[u8], range: Range<usize>, mut f: impl FnMut(&[u8], &[u16], usize)) {
        let Some(search) = &self.search else { return };
        let mut from = range.start;
        while from < range.end
            && let Some(at) = search.next(text, from..range.end)
        {
            // One may be the beginning of another. Most differ in their first byte, which costs no call.
            let here = &text[at..range.end];
            let may_be = |l: &&Literal| l.text.first() == here.first() && here.starts_with(&l.text);
            for literal in self.list.iter().filter(may_be) {
                f(&literal.text, &literal.rules, at);
            }
            from = at + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(literals: &[String], text: &str) -> Vec<(u16, usize)> {
        let mut found = Vec::new();
        let numbered = literals.iter().map(String::as_str).zip(0..);
        Literals::new(numbered).find(text.as_bytes(), 0..text.len(), |_, rules, at| {
            found.extend(rules.iter().map(|r| (*r, at)));
        });
        found.sort_unstable();
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

    #[test]
    fn more_literals_than_a_packed_search_takes() {
        let literals: Vec<String> = (0..500).map(|i| format!("literal{i:03}")).collect();
        let text = format!("x {} y {}", literals[7], literals[499]);
        assert_eq!(found(&literals, &text), [(7, 2), (499, 15)]);
    }
}
