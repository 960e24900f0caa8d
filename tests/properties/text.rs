//! What a scan of one text gives.

use std::collections::BTreeSet;

use bstr::ByteSlice as _;
use proptest::prelude::*;
use tokensieve::finding::Checksum;
use tokensieve::matcher::is_run_byte;
use tokensieve::scanner::Sighting;

use super::made::{SCANNER, origin, scan, span, text};
use super::util::token;

/// What tells sightings apart.
fn key(s: &Sighting) -> (&'static str, Option<Vec<u8>>, u64) {
    (s.rule.id, s.secret.as_ref().map(|s| s.expose().to_vec()), s.occurrence.offset)
}

/// Whether it stands in the text as it is, neither encoded nor in UTF-16.
fn is_plain(s: &Sighting) -> bool {
    s.secret.as_ref().is_some_and(|secret| secret.expose().len() as u64 == s.occurrence.len)
        && !s.notes.iter().any(|note| note.starts_with("decoded from"))
}

/// Bytes that are no part of a token.
fn stop() -> impl Strategy<Value = u8> {
    prop::sample::select(b" \"'\n\t=:,;()[]{}<>|&?!#%@*`\\\xff\0".to_vec())
}

proptest! {
    #[test]
    fn spans_lie_in_bounds_and_hold_the_secret(text in text()) {
        for s in scan(&text) {
            let span = span(&s);
            prop_assert!(span.start < span.end && span.end <= text.len(), "{span:?} of {}", text.len());
            if is_plain(&s) {
                prop_assert_eq!(s.secret.as_ref().unwrap().expose(), &text[span.clone()]);
            }
            let before = &text[..span.start];
            prop_assert_eq!(s.occurrence.line, before.find_iter(b"\n").count() as u64 + 1);
            prop_assert!(s.occurrence.column >= 1 && s.occurrence.column <= span.start as u64 + 1);
            // A second place that no rule recognises is hidden on the way out, where the value is known.
            let secret = s.secret.as_ref().unwrap().expose();
            let masker = tokensieve::mask::Masker::new([secret]);
            prop_assert!(secret.len() < 6 || !masker.mask(&s.occurrence.excerpt).contains_str(secret));
        }
    }

    #[test]
    fn a_valid_token_between_other_bytes_is_found_wherever_it_stands(
        before in text(), after in text(), seed in 0..1000_u64, left in stop(), right in stop(),
    ) {
        prop_assert!(!is_run_byte(left) && !is_run_byte(right));
        let token = token(seed);
        let whole = [&before[..], &[left], token.as_bytes(), &[right], &after].concat();
        let place = before.len() + 1..before.len() + 1 + token.len();
        let found = scan(&whole);
        let covers = |s: &Sighting| span(s).start <= place.start && place.end <= span(s).end;
        prop_assert!(found.iter().any(covers), "{found:?}");
        let own = found.iter().find(|s| span(s) == place);
        prop_assert!(own.is_none_or(|s| s.checksum == Checksum::Valid));
    }

    #[test]
    fn a_changed_range_gives_what_the_whole_gives_there(text in text(), a in 0..2000_usize, b in 0..2000_usize) {
        let (a, b) = (a.min(b).min(text.len()), a.max(b).min(text.len()));
        let part = SCANNER.scan_range(&mut SCANNER.worker(), &text, a..b, &origin());
        let part: BTreeSet<_> = part.iter().map(key).collect();
        for s in scan(&text) {
            if span(&s).start < b && span(&s).end > a {
                prop_assert!(part.contains(&key(&s)), "{a}..{b} lacks {s:?} in {:?}", text.as_bstr());
            }
        }
    }

    #[test]
    fn a_scan_leaves_nothing_behind(first in text(), second in text()) {
        let worker = &mut SCANNER.worker();
        SCANNER.scan(worker, &first, &origin());
        let again: Vec<_> = SCANNER.scan(worker, &second, &origin()).iter().map(key).collect();
        prop_assert_eq!(again, scan(&second).iter().map(key).collect::<Vec<_>>());
    }
}
