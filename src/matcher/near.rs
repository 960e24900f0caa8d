//! The other halves of credentials that have no shape of their own: an application id of ten letters, a domain.
//!
//! Takes a job with its hits; looks for the partners of scope `near` around them, and adds what it finds to the
//! hits. A text that holds no first half is not searched for second ones.

use std::ops::Range;

use super::job::Job;
use crate::rule::{Rule, Scope};

/// A pair of rules of which the second is looked for near matches of the first.
#[derive(Debug)]
pub(super) struct Near {
    head: u16,
    part: u16,
    /// Bytes from either end of the first's secret.
    within: usize,
}

/// All such pairs.
pub(super) fn list(rules: &[&'static Rule]) -> Vec<Near> {
    let numbered = || (0u16..).zip(rules);
    let parts: Vec<_> = numbered().filter(|(_, rule)| rule.scope == Scope::Near).collect();
    let mut pairs = Vec::new();
    for (head, rule) in numbered() {
        let Some(with) = &rule.with else { continue };
        let own = parts.iter().filter(|(_, part)| with.rules.contains(&part.id));
        pairs.extend(own.map(|(part, _)| Near { head, part: *part, within: with.within as usize }));
    }
    pairs
}

impl Job<'_> {
    /// The partners of all hits so far. By place, so that no part of the text is searched twice.
    pub(super) fn partners(&mut self) {
        let near = &self.matcher.near;
        let wanted = self.scratch.hits.iter().flat_map(|hit| {
            near.iter().filter(|n| n.head == hit.rule).map(|n| (around(&hit.secret, n.within), n.part))
        });
        let mut wanted: Vec<_> = wanted.collect();
        wanted.sort_by_key(|(place, _)| place.start);
        for (place, part) in wanted {
            self.partner(part, place);
        }
    }

    fn partner(&mut self, part: u16, place: Range<usize>) {
        let (matcher, text) = (self.matcher, self.site.text);
        let def = matcher.rules[usize::from(part)];
        let end = place.end.min(text.len());
        let mut from = place.start.max(self.scratch.done[usize::from(part)]);
        while let Some(m) = matcher.patterns[usize::from(part)].find(text, from, end) {
            from = m.whole.end.max(m.whole.start + 1);
            if self.bounded(def, &m) {
                self.consider(part, m);
            }
        }
        // A match may begin here and end behind the place.
        self.set_done(part, from.max(end.saturating_sub(def.max_len as usize)));
    }
}

/// So many bytes around a place; may end behind the text.
fn around(place: &Range<usize>, within: usize) -> Range<usize> {
    place.start.saturating_sub(within)..place.end + within
}
