//! Where two rules match the same bytes, the more specific one wins; halves of one credential are joined.
//!
//! Takes the hits of one text in any order, gives them by position, without overlaps.

use std::ops::Range;

use super::Hit;
use super::judge::NO_CONTEXT;
use super::placeholder::MADE_UP;
use crate::finding::Checksum;
use crate::rule::Rule;

pub(super) fn resolve(rules: &[&'static Rule], mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|h| (h.secret.start, h.secret.end, h.rule));
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match kept.last_mut() {
            Some(last) if last.secret.end > hit.secret.start => {
                let (mut winner, loser) =
                    if beats(rules, &hit, last) { (hit, last.clone()) } else { (last.clone(), hit) };
                if is_generic(rules, &loser)
                    && is_sure_of_issuer(rules, &winner)
                    && winner.checksum != Checksum::Invalid
                {
                    winner.confidence = winner.confidence.max(loser.confidence);
                }
                *last = winner;
            }
            _ => kept.push(hit),
        }
    }
    join_partners(rules, kept)
}

/// Whether `a` is the better name for the bytes that both match.
fn beats(rules: &[&'static Rule], a: &Hit, b: &Hit) -> bool {
    let (rule_a, rule_b) = (rules[usize::from(a.rule)], rules[usize::from(b.rule)]);
    if rule_a.overrides.contains(&rule_b.id) != rule_b.overrides.contains(&rule_a.id) {
        return rule_a.overrides.contains(&rule_b.id);
    }
    let rank = |h: &Hit| {
        (is_sure_of_issuer(rules, h), h.checksum, h.confidence, !is_generic(rules, h), h.secret.len())
    };
    rank(a) > rank(b)
}

/// Whether a hit's rule knows the form or the name of a value, but no issuer. One that knows the issuer says
/// more, and what the other knows makes it surer.
fn is_generic(rules: &[&'static Rule], hit: &Hit) -> bool {
    rules[usize::from(hit.rule)].is_generic()
}

/// Whether a hit's rule knows the issuer, and nothing speaks against that.
fn is_sure_of_issuer(rules: &[&'static Rule], hit: &Hit) -> bool {
    !is_generic(rules, hit) && !hit.notes.contains(&NO_CONTEXT) && !is_made_up(hit)
}

/// Whether a hit has an issuer's shape and looks like nothing that was ever issued.
fn is_made_up(hit: &Hit) -> bool {
    hit.notes.iter().any(|note| note.starts_with(MADE_UP))
}

/// Gives each hit whose rule has a partner the nearest hit of that partner as a part, and takes that out, as
/// well as hits that mean something only as a part.
fn join_partners(rules: &[&'static Rule], mut hits: Vec<Hit>) -> Vec<Hit> {
    // The hit that each one has become a part of, or itself.
    let mut heads: Vec<usize> = (0..hits.len()).collect();
    for i in 0..hits.len() {
        let Some(with) = &rules[usize::from(hits[i].rule)].with else { continue };
        let head = heads[i];
        let is_partner = |j: usize| {
            j != i && j != head && heads[j] == j && with.rules.contains(&rules[usize::from(hits[j].rule)].id)
        };
        let reach = with.within as usize;
        let left = (0..i).rev().take_while(|&j| gap(&hits[j].secret, &hits[i].secret) <= reach);
        let right = (i + 1..hits.len()).take_while(|&j| gap(&hits[i].secret, &hits[j].secret) <= reach);
        let near = left.chain(right).filter(|&j| is_partner(j));
        let Some(j) = near.min_by_key(|&j| hits[i].secret.start.abs_diff(hits[j].secret.start)) else {
            continue;
        };
        heads.iter_mut().filter(|of| **of == j).for_each(|of| *of = head);
        absorb(&mut hits, head, j);
    }
    let mut places = 0..;
    hits.retain(|hit| {
        let is_head = places.next().is_some_and(|at| heads[at] == at);
        is_head && !rules[usize::from(hit.rule)].part_only
    });
    hits
}

/// Makes one hit, with its parts, a part of another.
fn absorb(hits: &mut [Hit], head: usize, part: usize) {
    let Hit { rule, secret, confidence, .. } = hits[part].clone();
    let inner = std::mem::take(&mut hits[part].parts);
    if !is_made_up(&hits[head]) {
        hits[head].confidence = hits[head].confidence.max(confidence);
    }
    hits[head].parts.push((rule, secret));
    hits[head].parts.extend(inner);
}

/// Bytes between two places of which the first begins first.
fn gap(first: &Range<usize>, second: &Range<usize>) -> usize {
    second.start.saturating_sub(first.end)
}
