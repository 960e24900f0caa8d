//! The sieve against its scalar twin, on any bytes.

use std::ops::Range;

use super::sieve::{MIN_CLOSED, MIN_RUN, is_closer, is_run_byte, runs};

/// What [`runs`] gives, by its definition: a byte at a time.
pub(crate) fn runs_scalar(text: &[u8], range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = None;
    for i in 0..=text.len() {
        match (from, i < text.len() && is_run_byte(text[i])) {
            (None, true) => from = Some(i),
            (Some(start), false) => {
                let is_closed = text.get(i).is_none_or(|b| is_closer(*b));
                let least = if is_closed { MIN_CLOSED } else { MIN_RUN };
                if i - start >= least && i >= range.start && start <= range.end {
                    found.push(start..i);
                }
                from = None;
            }
            _ => {}
        }
    }
    found
}

/// Both must give the same runs for the range that the first four bytes say.
pub(crate) fn sieve(data: &[u8]) {
    let Some((head, text)) = data.split_first_chunk::<4>() else { return };
    let place = |bytes: [u8; 2]| usize::from(u16::from_le_bytes(bytes)) % (text.len() + 1);
    let (a, b) = (place([head[0], head[1]]), place([head[2], head[3]]));
    for range in [0..text.len(), a.min(b)..a.max(b)] {
        let mut found = Vec::new();
        runs(text, range.clone(), &mut Vec::new(), |run| found.push(run));
        assert_eq!(found, runs_scalar(text, range.clone()), "{range:?}");
    }
}
