//! The small parts: differences, tree entries, deltas, entry heads.

use std::sync::Arc;

use super::super::diff::changed;
use super::super::store::{delta, pack};
use super::super::trees::{Cursor, entries};
use super::*;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

#[test]
fn changed_cuts_both_ends() {
    for (old, new, expected) in [
        ("", "", 0..0),
        ("", "ab", 0..2),
        ("abc", "abc", 3..3),
        ("abc", "abXc", 2..3),
        ("aaa", "aaaa", 3..4),
        ("aaaa", "aa", 2..2),
        ("xbc", "ybc", 0..1),
    ] {
        assert_eq!(changed(old.as_bytes(), new.as_bytes()), expected, "{old} {new}");
    }
    let mut long = vec![b'x'; 1000];
    let old = long.clone();
    long[517] = b'y';
    assert_eq!(changed(&old, &long), 517..518);
}

fn tree(names: &BTreeMap<String, u8>) -> Vec<u8> {
    let entry = |(name, id): (&String, &u8)| [format!("100644 {name}\0").as_bytes(), &[*id; 20]].concat();
    names.iter().flat_map(entry).collect()
}

#[test]
fn a_cursor_shows_every_new_entry() {
    let mut dice = Dice(7);
    let mut names: BTreeMap<String, u8> = (0..50).map(|n| (format!("name{n}"), 1)).collect();
    let mut cursor = Cursor::default();
    let mut before: BTreeSet<(String, u8)> = BTreeSet::new();
    let mut shown_in_all = 0;
    for _ in 0..3000 {
        for _ in 0..dice.roll(3) {
            let name = format!("name{}", dice.roll(80));
            // Zeros and spaces in ids look like the ends of names.
            let id = [0, b' ', b'1', 200][dice.roll(4)];
            if dice.roll(3) == 0 {
                names.remove(&name)
            } else {
                names.insert(name, id)
            };
        }
        let bytes = tree(&names);
        let now: BTreeSet<_> =
            entries(&bytes).map(|e| e.unwrap()).map(|e| (e.name.to_string(), e.id.as_bytes()[0])).collect();
        let mut shown = BTreeSet::new();
        cursor
            .advance(Arc::new(bytes), |e| shown.extend([(e.name.to_string(), e.id.as_bytes()[0])]))
            .unwrap();
        assert!(now.difference(&before).all(|entry| shown.contains(entry)));
        assert!(shown.is_subset(&now));
        shown_in_all += shown.len();
        before = now;
    }
    assert!(shown_in_all < 9000, "{shown_in_all}");
}

#[test]
fn malformed_trees_are_errors() {
    let mut dice = Dice(3);
    let good = tree(&(0..9).map(|n| (format!("name{n}"), n)).collect());
    let mut cursor = Cursor::default();
    for _ in 0..3000 {
        let mut bad = good.clone();
        bad.truncate(dice.roll(good.len()));
        if !bad.is_empty() {
            let at = dice.roll(bad.len());
            bad[at] = dice.roll(256) as u8;
        }
        let _ = cursor.advance(Arc::new(bad.clone()), |_| {});
        let _ = entries(&bad).count();
        // After an error nothing may be taken for known.
        let mut shown = 0;
        cursor.advance(Arc::default(), |_| {}).unwrap();
        cursor.advance(Arc::new(good.clone()), |_| shown += 1).unwrap();
        assert_eq!(shown, 9);
    }
}

#[test]
fn hostile_deltas_and_heads_are_refused() {
    // Base of 3 bytes, result of 5: copy 3 from 0, insert 2.
    let good = [3, 5, 0x90, 3, 2, b'd', b'e'];
    assert_eq!(delta::apply(b"abc", &good).unwrap(), b"abcde");
    let mut dice = Dice(5);
    for _ in 0..20_000 {
        let mut bad = good.to_vec();
        let at = dice.roll(bad.len());
        bad[at] = dice.roll(256) as u8;
        bad.truncate(1 + dice.roll(bad.len()));
        let _ = delta::apply(b"abc", &bad);
        let head: Vec<u8> = (0..dice.roll(40)).map(|_| dice.roll(256) as u8 | 0x80).collect();
        let _ = pack::entry_head(&head);
    }
    assert!(delta::apply(b"ab", &good).is_none());
    assert!(pack::entry_head(&[0xff; 64]).is_none());
}

#[test]
fn ids_are_read_and_written() {
    let hex = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    let id: ObjectId = hex.parse().unwrap();
    assert_eq!((id, id.to_string()), (ObjectId::EMPTY_BLOB, hex.to_owned()));
    assert!(hex[1..].parse::<ObjectId>().is_err() && format!("{hex}0").parse::<ObjectId>().is_err());
}
