//! Needles: looks for many secrets in a text at once.
//!
//! Takes the secrets of groups, as they are and in the encoded forms that they were seen in; gives where in
//! a text each group first stands. A text is passed over once, however many they are: what a needle begins
//! with is looked up at every byte.

use std::collections::{BTreeSet, HashMap};
use std::hash::BuildHasherDefault;
use std::ops::Range;

use super::exposure::Group;
use crate::source::history::KeyHasher;

/// Bytes at the beginning of a needle that are looked up.
const HEAD: usize = 8;
/// Heads are told apart by this many bits before any look-up.
const BITS: u32 = 16;

/// The secrets of some groups, by their heads.
pub(super) struct Needles<'g> {
    by_head: HashMap<u64, Vec<Needle<'g>>, BuildHasherDefault<KeyHasher>>,
    filter: Vec<bool>,
    /// Those that are too short to have a head.
    short: Vec<Needle<'g>>,
}

/// The number of a group, and what to look for.
type Needle<'g> = (usize, &'g [u8]);

impl<'g> Needles<'g> {
    /// The secrets of the groups with these numbers.
    pub(super) fn new(groups: &'g [Group], wanted: &BTreeSet<usize>) -> Self {
        let filter = vec![false; 1 << BITS];
        let mut needles = Self { by_head: HashMap::default(), filter, short: Vec::new() };
        for &number in wanted {
            let group = &groups[number];
            for form in std::iter::once(group.secret.expose()).chain(written(group)) {
                needles.add((number, form));
            }
        }
        needles
    }

    fn add(&mut self, needle: Needle<'g>) {
        match needle.1.first_chunk() {
            Some(head) => {
                self.filter[slot(head)] = true;
                self.by_head.entry(u64::from_le_bytes(*head)).or_default().push(needle);
            }
            None => self.short.push(needle),
        }
    }

    /// Where each of the groups in `among` first stands in `text`, in no particular order.
    pub(super) fn find(&self, text: &[u8], among: &BTreeSet<usize>) -> Vec<(Range<usize>, usize)> {
        let mut left = among.clone();
        let mut found = Vec::new();
        for (number, form) in &self.short {
            if let Some(at) = memchr::memmem::find(text, form).filter(|_| left.remove(number)) {
                found.push((at..at + form.len(), *number));
            }
        }
        for (at, head) in text.array_windows::<HEAD>().enumerate() {
            if !self.filter[slot(head)] {
                continue;
            }
            for (number, form) in self.by_head.get(&u64::from_le_bytes(*head)).into_iter().flatten() {
                if text[at..].starts_with(form) && left.remove(number) {
                    found.push((at..at + form.len(), *number));
                }
            }
            if left.is_empty() {
                break;
            }
        }
        found
    }
}

/// The encoded forms that stand in the files themselves, not in a member of an archive; each once.
pub(super) fn written(group: &Group) -> BTreeSet<&[u8]> {
    let own = group.raws.iter().filter(|raw| raw.sighting.occurrence.path == raw.path);
    own.map(|raw| raw.written.as_slice()).filter(|form| !form.is_empty()).collect()
}

fn slot(head: &[u8; HEAD]) -> usize {
    let mixed = u64::from_le_bytes(*head).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - BITS)) as usize
}
