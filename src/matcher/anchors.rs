//! Anchors: finds which rules' literals stand in a short stretch of bytes.
//!
//! Takes the literals once and stretches (runs with a little to the left of them) many times; gives
//! literal and position. The first three bytes of every position, in lower case, are hashed into a
//! table of 16 KiB; where that has them the first four are looked up in another, and only what passes
//! both has a list of literals looked at. Tables of this size stay in the first-level cache, take no time to
//! build, and their cost does not depend on the number of rules.

use std::ops::Range;

/// Shortest anchor in bytes.
pub const MIN_ANCHOR: usize = 3;

/// With so much behind a stretch its last places are looked up as fast as all others.
pub(super) const ROOM: [u8; 8] = [0; 8];

const BITS: u32 = 16;
const WIDE: u32 = 14;
const BUCKETS: usize = 1 << 12;

/// One literal and what it stands for.
#[derive(Debug, Clone, Copy)]
struct Anchor<'r> {
    /// Its first four bytes in one number; of a shorter one the last is zero.
    head: u32,
    /// The bits of four bytes of a text that count against `head`, and those that are set before.
    counts: u32,
    folds: u32,
    text: &'r [u8],
    ignore_case: bool,
    rule: u16,
}

impl<'r> Anchor<'r> {
    fn new(text: &'r str, ignore_case: bool, rule: u16) -> Self {
        let text = text.as_bytes();
        let counts = if text.len() < 4 { THREE } else { u32::MAX };
        let folds = if ignore_case { FOLD as u32 } else { 0 };
        Self { head: (four(text) | folds) & counts, counts, folds, text, ignore_case, rule }
    }

    /// Whether it may stand where these four bytes do: most that share a bucket do not, and need no more.
    fn may_be(&self, here: u32) -> bool {
        (here | self.folds) & self.counts == self.head
    }
}

/// The first four bytes in one number, zero where there is none.
fn four(text: &[u8]) -> u32 {
    if let Some(four) = text.first_chunk() {
        return u32::from_le_bytes(*four);
    }
    let mut four = [0; 4];
    four[..text.len()].copy_from_slice(text);
    u32::from_le_bytes(four)
}

/// A set of literals.
#[derive(Debug)]
pub(super) struct Anchors<'r> {
    /// The first three bytes of all, as hashes of [`WIDE`] bits: a byte each, which takes no shift to look up.
    filter: Box<[u8; 1 << WIDE]>,
    /// The first four bytes of those that have so many, and the three of all others. Most places of ordinary text
    /// that pass the first filter do not pass this one.
    fours: Filter,
    threes: Filter,
    /// For each bucket the range of its anchors in `list`.
    buckets: Vec<(u16, u16)>,
    list: Vec<Anchor<'r>>,
}

/// A set of hashes, as bits.
#[derive(Debug)]
struct Filter(Box<[u64; 1 << (BITS - 6)]>);

impl Filter {
    fn new() -> Self {
        Self(Box::new([0; 1 << (BITS - 6)]))
    }

    fn add(&mut self, hash: u32) {
        self.0[(hash >> 6) as usize] |= 1u64 << (hash & 63);
    }

    #[inline]
    fn has(&self, hash: u32) -> bool {
        self.0[(hash >> 6) as usize] >> (hash & 63) & 1 == 1
    }
}

impl<'r> Anchors<'r> {
    /// Builds the set from `(literal, in any letter case, rule)`. Literals shorter than
    /// [`MIN_ANCHOR`] are left out; the check of rules refuses them.
    pub(super) fn new(literals: impl Iterator<Item = (&'r str, bool, u16)>) -> Self {
        let (mut filter, mut fours, mut threes) = (Box::new([0; 1 << WIDE]), Filter::new(), Filter::new());
        let mut buckets = vec![(0u16, 0u16); BUCKETS];
        let mut all: Vec<(usize, Anchor<'r>)> = Vec::with_capacity(literals.size_hint().0);
        for (text, ignore_case, rule) in literals {
            if text.len() < MIN_ANCHOR {
                continue;
            }
            let folded = four(text.as_bytes()) | FOLD as u32;
            filter[wide(folded)] = u8::MAX;
            let hash = if text.len() == MIN_ANCHOR {
                threes.add(hash(folded & THREE));
                hash(folded & THREE)
            } else {
                fours.add(hash(folded));
                hash(folded)
            };
            buckets[bucket(hash)].1 += 1;
            all.push((bucket(hash), Anchor::new(text, ignore_case, rule)));
        }
        // Sorted by counting: this is done at every start.
        let mut next = 0;
        for (from, to) in &mut buckets {
            let count = *to;
            (*from, *to) = (next, next);
            next += count;
        }
        let mut order = vec![0; all.len()];
        for (i, (bucket, _)) in all.iter().enumerate() {
            let to = &mut buckets[*bucket].1;
            order[usize::from(*to)] = i;
            *to += 1;
        }
        Self { filter, fours, threes, buckets, list: order.into_iter().map(|i| all[i].1).collect() }
    }

    /// Calls `f(rule, range)` for each anchor that begins in `text[from..to]` and ends by `to`.
    #[inline]
    pub(super) fn find(&self, text: &[u8], from: usize, to: usize, mut f: impl FnMut(u16, Range<usize>)) {
        let stretch = &text[from..to];
        let mut found = |rule, at: usize, len| f(rule, from + at..from + at + len);
        let places = (stretch.len() + 1).saturating_sub(MIN_ANCHOR);
        let mut at = 0;
        while at < places {
            let Some(eight) = text[from + at..].first_chunk() else { break };
            // Eight bytes are one load and five places, which are asked for without a branch between them. What
            // stands behind the stretch is loaded too, and does not count.
            let eight = u64::from_le_bytes(*eight) | FOLD << 32 | FOLD;
            let four = |i: u32| (eight >> (8 * i)) as u32;
            let passes = |i: u32| u32::from(self.filter[wide(four(i))]) & 1 << i;
            let mut passing = passes(0) | passes(1) | passes(2) | passes(3) | passes(4);
            passing &= (1 << (places - at).min(5)) - 1;
            while passing != 0 {
                let i = passing.trailing_zeros();
                self.verify(four(i), stretch, at + i as usize, &mut found);
                passing &= passing - 1;
            }
            at += 5;
        }
        // The last places of the text.
        for at in at..places {
            self.verify(four(&stretch[at..]) | FOLD as u32, stretch, at, &mut found);
        }
    }

    /// The anchors at a place, whose first four bytes are `folded`.
    #[inline]
    fn verify(&self, folded: u32, stretch: &[u8], at: usize, f: &mut impl FnMut(u16, usize, usize)) {
        let (three, four) = (hash(folded & THREE), hash(folded));
        let has_three = self.threes.has(three);
        if has_three {
            self.verify_bucket(three, stretch, at, f);
        }
        if self.fours.has(four) && !(has_three && bucket(three) == bucket(four)) {
            self.verify_bucket(four, stretch, at, f);
        }
    }

    #[cold]
    fn verify_bucket(&self, hash: u32, stretch: &[u8], at: usize, f: &mut impl FnMut(u16, usize, usize)) {
        let (from, to) = self.buckets[bucket(hash)];
        let here = four(&stretch[at..]);
        for anchor in self.list[usize::from(from)..usize::from(to)].iter().filter(|a| a.may_be(here)) {
            let Some(text) = stretch.get(at..at + anchor.text.len()) else { continue };
            let same = if anchor.ignore_case {
                text.eq_ignore_ascii_case(anchor.text)
            } else {
                *text == *anchor.text
            };
            if same {
                f(anchor.rule, at, anchor.text.len());
            }
        }
    }
}

/// What makes capital letters small ones, and some symbols others, which costs nothing.
const FOLD: u64 = 0x2020_2020;
/// The first three bytes of four.
const THREE: u32 = 0x00ff_ffff;

/// Hash of the first three of four bytes: the fourth is shifted out.
#[inline]
fn wide(bytes: u32) -> usize {
    ((bytes << 8).wrapping_mul(0x9E37_79B1) >> (32 - WIDE)) as usize
}

#[inline]
fn hash(bytes: u32) -> u32 {
    bytes.wrapping_mul(0x9E37_79B1) >> (32 - BITS)
}

#[inline]
fn bucket(hash: u32) -> usize {
    hash as usize & (BUCKETS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LITERALS: &[(&str, bool, u16)] =
        &[("ghp_", false, 0), ("gho_", false, 1), ("AKIA", false, 2), ("secret", true, 3), ("abc", false, 4)];

    fn found(text: &[u8]) -> Vec<(u16, usize)> {
        let mut found = Vec::new();
        Anchors::new(LITERALS.iter().copied()).find(text, 0, text.len(), |r, at| found.push((r, at.start)));
        found.sort_unstable();
        found
    }

    #[test]
    fn letter_case_counts_unless_the_anchor_says_otherwise() {
        assert_eq!(found(b"GHP_ ghp_ SeCrEt akia"), [(0, 5), (3, 10)]);
    }

    #[test]
    fn many_anchors_in_one_bucket_are_all_found() {
        let texts: Vec<String> = (0..400).map(|i| format!("abc{i:03}")).collect();
        let anchors = Anchors::new(texts.iter().enumerate().map(|(i, t)| (t.as_str(), false, i as u16)));
        for (i, text) in texts.iter().enumerate() {
            let mut hits = Vec::new();
            anchors.find(text.as_bytes(), 0, text.len(), |r, at| hits.push((r, at.start)));
            assert_eq!(hits, [(i as u16, 0)]);
        }
    }

    proptest! {
        #[test]
        fn equals_a_naive_search(text in "([a-cGHPOghpo_AKISECRETsecret]{0,6}){0,12}") {
            let mut naive = Vec::new();
            for &(literal, ignore_case, rule) in LITERALS {
                for at in 0..text.len().saturating_sub(literal.len() - 1) {
                    let here = &text[at..at + literal.len()];
                    if here == literal || ignore_case && here.eq_ignore_ascii_case(literal) {
                        naive.push((rule, at));
                    }
                }
            }
            naive.sort_unstable();
            prop_assert_eq!(found(text.as_bytes()), naive);
        }
    }
}
