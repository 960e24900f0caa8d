//! Anchors: finds which rules' literals stand in a short stretch of bytes.
//!
//! Takes the literals once and stretches (runs with a little to the left of them) many times; gives
//! literal and position. The first three bytes of every position, in lower case, are hashed into a
//! table of 64 Ki bits; ordinary text passes it about once in a hundred positions, and only then is a
//! list of literals looked at. Tables of this size stay in the first-level cache, take no time to
//! build, and their cost does not depend on the number of rules.

use std::ops::Range;

/// Shortest anchor in bytes.
pub const MIN_ANCHOR: usize = 3;

const BITS: u32 = 16;
const BUCKETS: usize = 1 << 10;

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
        let counts = if text.len() < 4 { 0x00ff_ffff } else { u32::MAX };
        let folds = if ignore_case { 0x2020_2020 } else { 0 };
        Self { head: (four(text) | folds) & counts, counts, folds, text, ignore_case, rule }
    }

    /// Whether it may stand where these four bytes do: most that share a bucket do not, and need no more.
    fn may_be(&self, here: u32) -> bool {
        (here | self.folds) & self.counts == self.head
    }
}

/// The first four bytes in one number, zero where there is none.
fn four(text: &[u8]) -> u32 {
    let mut four = [0; 4];
    let len = text.len().min(4);
    four[..len].copy_from_slice(&text[..len]);
    u32::from_le_bytes(four)
}

/// A set of literals.
#[derive(Debug)]
pub(super) struct Anchors<'r> {
    filter: Box<[u64; 1 << (BITS - 6)]>,
    /// For each bucket the range of its anchors in `list`.
    buckets: Vec<(u16, u16)>,
    list: Vec<Anchor<'r>>,
}

impl<'r> Anchors<'r> {
    /// Builds the set from `(literal, in any letter case, rule)`. Literals shorter than
    /// [`MIN_ANCHOR`] are left out; the check of rules refuses them.
    pub(super) fn new(literals: impl Iterator<Item = (&'r str, bool, u16)>) -> Self {
        let (mut filter, mut buckets) = (Box::new([0; 1 << (BITS - 6)]), vec![(0u16, 0u16); BUCKETS]);
        let mut all: Vec<(usize, Anchor<'r>)> = Vec::with_capacity(literals.size_hint().0);
        for (text, ignore_case, rule) in literals {
            let Some(three) = first_three(text.as_bytes()) else { continue };
            let hash = hash(three);
            filter[(hash >> 6) as usize] |= 1u64 << (hash & 63);
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
        Self { filter, buckets, list: order.into_iter().map(|i| all[i].1).collect() }
    }

    /// Calls `f(rule, range)` for each anchor that begins in `text[from..to]` and ends by `to`.
    #[inline]
    pub(super) fn find(&self, text: &[u8], from: usize, to: usize, mut f: impl FnMut(u16, Range<usize>)) {
        let stretch = &text[from..to];
        let mut look = |i: usize, three: u32| {
            let hash = hash(three);
            if self.filter[(hash >> 6) as usize] >> (hash & 63) & 1 == 1 {
                self.verify(hash, stretch, i, |rule, len| f(rule, from + i..from + i + len));
            }
        };
        // Four bytes are one load; the last three of the stretch have none behind them.
        for (i, four) in stretch.array_windows::<4>().enumerate() {
            look(i, u32::from_le_bytes(*four) & 0x00ff_ffff | 0x0020_2020);
        }
        if let Some([a, b, c]) = stretch.last_chunk() {
            look(stretch.len() - MIN_ANCHOR, fold(*a, *b, *c));
        }
    }

    #[cold]
    fn verify(&self, hash: u32, stretch: &[u8], at: usize, mut f: impl FnMut(u16, usize)) {
        let (from, to) = self.buckets[bucket(hash)];
        let here =
            stretch[at..].first_chunk().map_or_else(|| four(&stretch[at..]), |b| u32::from_le_bytes(*b));
        for anchor in self.list[usize::from(from)..usize::from(to)].iter().filter(|a| a.may_be(here)) {
            let Some(text) = stretch.get(at..at + anchor.text.len()) else { continue };
            let same = if anchor.ignore_case {
                text.eq_ignore_ascii_case(anchor.text)
            } else {
                *text == *anchor.text
            };
            if same {
                f(anchor.rule, anchor.text.len());
            }
        }
    }
}

fn first_three(text: &[u8]) -> Option<u32> {
    match text {
        [a, b, c, ..] => Some(fold(*a, *b, *c)),
        _ => None,
    }
}

/// Three bytes in one number, upper case folded to lower (and some symbols with it, which costs nothing).
#[inline]
fn fold(a: u8, b: u8, c: u8) -> u32 {
    u32::from_le_bytes([a, b, c, 0]) | 0x0020_2020
}

#[inline]
fn hash(three: u32) -> u32 {
    three.wrapping_mul(0x9E37_79B1) >> (32 - BITS)
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
