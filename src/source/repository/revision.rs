//! Revisions: `main~3^2`, and the common ancestors of two commits.

use std::collections::BinaryHeap;

use crate::source::history::{Commit, IdMap, ObjectId, Reader};

/// A revision's name and which parent to go to at each step, counted from 1; nothing where it has a form
/// that is not read here, such as `main@{1}` or `:/text`.
pub(super) fn parse(revision: &str) -> Option<(&str, Vec<usize>)> {
    let end = revision.find(['~', '^']).unwrap_or(revision.len());
    let (name, mut rest) = revision.split_at(end);
    let mut steps = Vec::new();
    while let Some(sign) = rest.chars().next() {
        rest = &rest[1..];
        let to_commit = ["{commit}", "{}"].iter().find_map(|word| rest.strip_prefix(word));
        if let ('^', Some(after)) = (sign, to_commit) {
            rest = after;
            continue;
        }
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number =
            if digits == 0 { 1 } else { rest[..digits].parse().ok().filter(|n| *n <= MOST_STEPS)? };
        rest = &rest[digits..];
        match sign {
            '~' => steps.extend(std::iter::repeat_n(1, number)),
            '^' => steps.extend((number > 0).then_some(number)),
            _ => return None,
        }
    }
    (!name.contains([':', '{'])).then_some((name, steps))
}

/// No history is longer in earnest.
const MOST_STEPS: usize = 10_000_000;

const LEFT: u8 = 1;
const RIGHT: u8 = 2;
const BELOW: u8 = 4;

/// The youngest commits to which both `left` and one of `right` lead, the youngest first, and perhaps a few
/// of their ancestors.
pub(super) fn merge_bases(reader: &mut Reader<'_>, left: ObjectId, right: &[ObjectId]) -> Vec<ObjectId> {
    let mut search = Search { reader, marks: IdMap::default(), queue: BinaryHeap::new(), open: 0 };
    let mut bases = Vec::new();
    search.mark(left, LEFT);
    right.iter().for_each(|id| search.mark(*id, RIGHT));
    while search.open > 0
        && let Some((_, id, mut marks, parents)) = search.queue.pop()
    {
        search.open -= usize::from(marks & BELOW == 0);
        if marks == LEFT | RIGHT {
            bases.push(id);
            marks |= BELOW;
        }
        parents.iter().for_each(|parent| search.mark(*parent, marks));
    }
    bases
}

struct Search<'r, 's> {
    reader: &'r mut Reader<'s>,
    marks: IdMap<u8>,
    /// Time, id, marks and parents of commits to go on from.
    queue: BinaryHeap<(i64, ObjectId, u8, Box<[ObjectId]>)>,
    /// How many in the queue are not below a base.
    open: usize,
}

impl Search<'_, '_> {
    /// Notes that marks lead to `id`. A commit that cannot be read leads nowhere; the walk tells of it.
    fn mark(&mut self, id: ObjectId, new: u8) {
        let marks = self.marks.entry(id).or_default();
        if *marks | new == *marks {
            return;
        }
        *marks |= new;
        if let Ok(commit) = Commit::read(self.reader, id) {
            self.open += usize::from(*marks & BELOW == 0);
            self.queue.push((commit.time, id, *marks, commit.parents));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_steps() {
        assert_eq!(parse("main"), Some(("main", vec![])));
        assert_eq!(parse("feature/x~2^2^0^{}^{commit}^"), Some(("feature/x", vec![1, 1, 2, 1])));
        assert_eq!(parse("@~"), Some(("@", vec![1])));
        for rare in
            ["main@{1}", ":/text", "HEAD:path", "@{-1}", "HEAD^{/text}", "main~99999999999999999999", "x^-"]
        {
            assert_eq!(parse(rare), None, "{rare}");
        }
    }
}
