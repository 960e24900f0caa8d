//! The engine with all rules, decoders and archives, and the reader of dotenv files.

use std::sync::LazyLock;

use bstr::BStr;

use crate::blob::Origin;
use crate::coverage::Coverage;
use crate::dotenv;
use crate::finding::Surface;
use crate::rule;
use crate::scanner::{Scanner, Sighting};
use crate::suppress::around;

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(rule::embedded().iter().collect()));

/// Any bytes, as a file and as one whose middle is new.
pub(super) fn engine(data: &[u8]) {
    let path = BStr::new("src/.env");
    let origin = Origin::tree(path, path, Surface::File);
    let worker = &mut SCANNER.worker();
    for sighting in SCANNER.scan(worker, data, &origin) {
        check(data, &sighting);
    }
    let third = data.len() / 3;
    for sighting in SCANNER.scan_range(worker, data, third..2 * third, &origin) {
        check(data, &sighting);
    }
    let mut coverage = Coverage::default();
    SCANNER.scan_blob(worker, data, 0..data.len(), &origin, &mut coverage);
    assert_eq!(coverage.failure_count, 0);
}

/// The place lies in the text and, where the secret stands there as it is, holds it.
fn check(text: &[u8], sighting: &Sighting) {
    let at = &sighting.occurrence;
    let (from, to) = (at.offset as usize, (at.offset + at.len) as usize);
    assert!(from <= to && to <= text.len(), "{}: {from}..{to}", sighting.rule.id);
    assert!(at.line >= 1 && at.column >= 1 && at.column_utf16 >= 1);
    let Some(secret) = &sighting.secret else { return };
    let is_decoded = sighting.notes.first().is_some_and(|note| note.starts_with("decoded from"));
    if secret.expose().len() == to - from && !is_decoded {
        assert!(secret.expose() == &text[from..to], "{}: another value", sighting.rule.id);
    }
    around(text, from..to);
}

/// A dotenv file: the first byte cuts off its name.
pub(super) fn dotenv(data: &[u8]) {
    let Some((len, rest)) = data.split_first() else { return };
    let (name, text) = rest.split_at(usize::from(*len).min(rest.len()));
    let kind = dotenv::kind(BStr::new(name));
    let contents = dotenv::inspect(text);
    for state in [dotenv::GitState::Untracked, dotenv::GitState::Tracked, dotenv::GitState::NoRepository] {
        if let Some(kind) = kind {
            dotenv::severity(kind, &contents, false, &state);
        }
        if let Some(fix) = dotenv::state::fix(&state, BStr::new(name)) {
            assert!(fix.bytes().all(|b| matches!(b, b' '..=b'~')), "a line to paste");
        }
    }
}
