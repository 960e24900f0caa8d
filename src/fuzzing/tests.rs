//! Every target with its seeds and with random changes of them.

use proptest::prelude::*;
use proptest::sample::Index;

use super::{TARGETS, target};

/// A change of an input: where, and what is put there in place of how many bytes.
type Edit = (Index, u8, Vec<u8>);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let odd = [&b"\0"[..], b"\xff", b"\n", b"\"", b"\x80", b"0", b"9999999999999999999", b"\xff\xff\xff\xff"];
    let bytes = prop_oneof![
        prop::sample::select(odd.to_vec()).prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..4),
        "[ -~]{0,6}".prop_map(String::into_bytes),
    ];
    prop::collection::vec((any::<Index>(), 0..4_u8, bytes), 1..6)
}

fn edited(seed: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for (at, gone, new) in edits {
        let at = at.index(bytes.len() + 1);
        let end = bytes.len().min(at + usize::from(*gone));
        bytes.splice(at..end, new.iter().copied());
    }
    bytes
}

#[test]
fn the_seeds_hold_and_are_known_by_name() {
    for one in &TARGETS {
        let seeds = (one.seeds)();
        assert!(!seeds.is_empty() && seeds.iter().all(|seed| !seed.is_empty()), "{}", one.name);
        seeds.iter().for_each(|seed| (one.run)(seed));
        (one.run)(b"");
        assert_eq!(target(one.name).map(|t| t.name), Some(one.name));
    }
}

#[test]
fn each_target_has_its_binary() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    for one in &TARGETS {
        assert!(manifest.contains(&format!("name = \"{}\"\n", one.name)), "{}", one.name);
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn changed_seeds_hold(which in any::<Index>(), seed in any::<Index>(), edits in edits()) {
        let one = which.get(&TARGETS);
        let seeds = (one.seeds)();
        (one.run)(&edited(&seeds[seed.index(seeds.len())], &edits));
    }

    #[test]
    fn any_bytes_hold(which in any::<Index>(), bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        (which.get(&TARGETS).run)(&bytes);
    }
}
