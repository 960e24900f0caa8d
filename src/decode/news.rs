//! News: what decoding found and nobody knew.
//!
//! A token may itself be base64, and a key is. What stands inside a secret that a layer above has found,
//! as surely or more so, is no secret of its own.

use std::ops::Range;

use super::descent::Decoded;
use crate::matcher::Hit;
use crate::rule::Confidence;

/// What of `decoded` is not known from the hits of the text itself or a layer above; ascending.
pub(crate) fn news(hits: &[Hit], mut decoded: Vec<Decoded>) -> Vec<Decoded> {
    if decoded.is_empty() {
        return decoded;
    }
    decoded.sort_by_key(|d| (d.forms.len(), d.span.start, d.hit.rule));
    let mut known: Vec<_> = hits.iter().map(|h| (h.secret.clone(), h.confidence)).collect();
    // A secret that ends in `=` and a line look like quoted-printable, in which its other half stands alone.
    known.extend(hits.iter().flat_map(|h| h.parts.iter().map(|(_, part)| (part.clone(), h.confidence))));
    let mut kept: Vec<Decoded> = Vec::with_capacity(decoded.len());
    let (mut depth, mut found) = (0, Found::default());
    for one in decoded {
        if one.forms.len() > depth {
            depth = one.forms.len();
            known.extend(kept.iter().map(|k| (k.span.clone(), k.hit.confidence)));
            found = Found::new(&known);
        }
        if !found.has(&one.span, one.hit.confidence) && !kept.last().is_some_and(|k| is_twice(k, &one)) {
            kept.push(one);
        }
    }
    kept.sort_by_key(|d| d.span.start);
    kept
}

/// A stretch that was cut shows what stands at the cut twice.
fn is_twice(a: &Decoded, b: &Decoded) -> bool {
    a.hit.rule == b.hit.rule && a.forms == b.forms && a.span == b.span && a.secret == b.secret
}

/// Where something was found, for each confidence or higher: ascending and without overlaps.
#[derive(Default)]
struct Found {
    low: Vec<Range<usize>>,
    medium: Vec<Range<usize>>,
    high: Vec<Range<usize>>,
}

impl Found {
    fn new(known: &[(Range<usize>, Confidence)]) -> Self {
        let from = |least: Confidence| {
            union(known.iter().filter(|(_, c)| *c >= least).map(|(range, _)| range.clone()).collect())
        };
        Self { low: from(Confidence::Low), medium: from(Confidence::Medium), high: from(Confidence::High) }
    }

    fn has(&self, span: &Range<usize>, least: Confidence) -> bool {
        let found = match least {
            Confidence::Low => &self.low,
            Confidence::Medium => &self.medium,
            Confidence::High => &self.high,
        };
        let next = found.partition_point(|r| r.end <= span.start);
        found.get(next).is_some_and(|r| r.start < span.end)
    }
}

/// The ranges in order, those that overlap as one.
pub(crate) fn union(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|r| (r.start, r.end));
    ranges.dedup_by(|next, kept| {
        let overlaps = next.start < kept.end;
        if overlaps {
            kept.end = kept.end.max(next.end);
        }
        overlaps
    });
    ranges
}
