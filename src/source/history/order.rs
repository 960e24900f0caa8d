//! The order of commits: by age.
//!
//! No commit comes before a parent, and among those free to come next the oldest does. It depends on the
//! commits alone, not on which task met which first. Commits that were forged to descend from themselves,
//! and what descends from them, come last.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::commits::Commit;
use super::id::IdMap;

/// Puts `commits` in the order described above.
pub(super) fn by_age(commits: Vec<Commit>) -> Vec<Commit> {
    let index: IdMap<u32> = commits.iter().zip(0..).map(|(c, i)| (c.id, i)).collect();
    let mut waits_for = vec![0u32; commits.len()];
    let mut children: HashMap<u32, Vec<u32>> = HashMap::with_capacity(commits.len());
    for (commit, i) in commits.iter().zip(0u32..) {
        for parent in commit.parents.iter().filter_map(|p| index.get(p)) {
            waits_for[i as usize] += 1;
            children.entry(*parent).or_default().push(i);
        }
    }
    let key = |i: u32| Reverse((commits[i as usize].time, commits[i as usize].id, i));
    let free = (0..commits.len() as u32).filter(|&i| waits_for[i as usize] == 0);
    let mut ready: BinaryHeap<_> = free.map(key).collect();
    let mut order = Vec::with_capacity(commits.len());
    while let Some(Reverse((_, _, i))) = ready.pop() {
        order.push(i);
        for child in children.remove(&i).unwrap_or_default() {
            waits_for[child as usize] -= 1;
            if waits_for[child as usize] == 0 {
                ready.push(key(child));
            }
        }
    }
    if order.len() < commits.len() {
        let mut circular: Vec<_> = (0u32..).zip(&waits_for).filter(|(_, n)| **n > 0).collect();
        circular.sort_by_key(|(i, _)| (commits[*i as usize].time, commits[*i as usize].id));
        order.extend(circular.into_iter().map(|(i, _)| i));
    }
    let mut commits: Vec<Option<Commit>> = commits.into_iter().map(Some).collect();
    order.into_iter().filter_map(|i| commits[i as usize].take()).collect()
}
