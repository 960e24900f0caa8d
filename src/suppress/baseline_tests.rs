use std::sync::LazyLock;

use bstr::BStr;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, proptest};

use super::super::{Baseline, Salt};
use crate::blob::Origin;
use crate::collect::Collector;
use crate::finding::{Finding, Fingerprint, Occurrence, Secret, Surface};
use crate::rule::sample::fill;
use crate::rule::{Rule, embedded};
use crate::scanner::Scanner;

/// A finding as a scan gives it, to be changed at will.
static FOUND: LazyLock<Finding> = LazyLock::new(|| {
    let scanner = Scanner::new(embedded().iter().collect());
    let text = fill("GITHUB_TOKEN=ghp_${alnum:30}${crc32:6}", 1).unwrap();
    let origin = Origin::tree(BStr::new("a"), BStr::new("a"), Surface::File);
    let collector = Collector::default();
    collector.add(scanner.scan(&mut scanner.worker(), text.as_bytes(), &origin));
    collector.finish().0.remove(0)
});

pub(in crate::suppress) fn occurrence(path: &str, line: u64) -> Occurrence {
    Occurrence { path: path.into(), line, ..FOUND.occurrences[0].clone() }
}

pub(in crate::suppress) fn finding(
    rule: &'static Rule,
    secret: Option<&str>,
    places: &[(&str, u64)],
) -> Finding {
    Finding {
        rule,
        secret: secret.map(Secret::new),
        fingerprint: Fingerprint::of(rule.id, secret.unwrap_or("").as_bytes()),
        occurrences: places.iter().map(|(path, line)| occurrence(path, *line)).collect(),
        occurrence_count: places.len() as u64,
        ..FOUND.clone()
    }
}

pub(in crate::suppress) fn salt() -> Salt {
    Salt::new(*b"0123456789abcdef")
}

fn one(secret: &str, path: &str) -> Finding {
    finding(&embedded()[0], Some(secret), &[(path, 3)])
}

#[test]
fn a_baseline_is_sorted_one_entry_a_line_and_shows_no_secret() {
    let findings = [one("first secret", "b"), one("second secret", "a/\u{1b}\n"), one("third", "c")];
    let text = Baseline::create(salt(), &findings).to_json();
    let entries: Vec<&str> = text.lines().filter(|l| l.starts_with("{\"")).collect();
    assert_eq!(entries.len(), 3);
    assert!(entries.is_sorted());
    assert!(!text.contains("secret") && !text.contains("third"), "{text}");
    assert!(text.starts_with("{\n\"tokensieve_baseline\": 1,\n\"salt\": \"30313233"));
    assert_eq!(Baseline::parse("f", &text).unwrap().to_json(), text);
    let empty = Baseline::create(salt(), []);
    assert_eq!(Baseline::parse("f", &empty.to_json()), Ok(empty));
}

#[test]
fn mistakes_have_places_and_show_no_value() {
    let text = Baseline::create(salt(), &[one("x", "é")]).to_json();
    for (from, to, expected) in [
        ("\"path\"", "\"way\"", "f:5:"),
        ("baseline\": 1", "baseline\": 2", "f:2:24: a baseline of another version"),
        ("3031", "hush", "f:3:"),
        ("\"hash\":\"", "\"hash\":\"hush", "f:5:30: a hash is 16"),
        ("\"entries\": [", "\"entries\": [\n<<<<<<< HEAD", "f:5:1: expected value"),
        ("\"entries\": [", "\"entries\": \"hush\", [", "f:4:"),
        ("\"é\"", "\"é\",\"é\":1", "f:5:"),
    ] {
        let error = Baseline::parse("f", &text.replace(from, to)).unwrap_err().to_string();
        assert!(error.starts_with(expected) && !error.contains("hush"), "{from}: {error}");
    }
    assert!(Baseline::parse("f", "").unwrap_err().to_string().starts_with("f:1:"));
}

#[test]
fn moved_secrets_stay_known_and_new_ones_are_new() {
    let baseline = Baseline::create(salt(), &[one("old", "a"), one("other", "a")]);
    assert!(baseline.knows(&one("old", "b")));
    assert!(!baseline.knows(&one("new", "a")));
    assert!(!baseline.knows(&finding(&embedded()[1], Some("old"), &[("a", 3)])), "another rule");
}

#[test]
fn updates_add_and_refresh_and_prunes_remove() {
    let baseline = Baseline::create(salt(), &[one("a", "1"), one("b", "1"), one("c", "1")]);
    let now = [one("a", "1"), one("b", "2"), one("d", "4")];
    let updated = baseline.update(&now);
    assert_eq!((updated.added, updated.moved, updated.unmatched.len()), (1, 1, 1));
    assert_eq!(updated.baseline.entries().count(), 4);
    let pruned = updated.baseline.prune(&now);
    assert_eq!((pruned.added, pruned.moved, pruned.unmatched.len()), (0, 0, 1));
    assert_eq!(pruned.baseline.entries().count(), 3);
    assert_eq!(pruned.baseline.prune(&now).baseline, pruned.baseline);
    assert!(!baseline.prune(&now).baseline.knows(&now[2]), "a prune adds nothing");
}

#[test]
fn the_path_stays_while_the_secret_is_still_there() {
    let baseline = Baseline::create(salt(), &[one("a", "m")]);
    let copied = finding(&embedded()[0], Some("a"), &[("b", 1), ("./m", 1)]);
    assert_eq!(baseline.update([&copied]).baseline, baseline);
}

#[test]
fn findings_about_files_are_known_by_their_path() {
    let of = |path| finding(&crate::rule::DOTENV, None, &[(path, 0)]);
    let baseline = Baseline::create(salt(), &[of("a/.env")]);
    assert!(
        baseline.knows(&of("a/.env")) && baseline.knows(&of("./a/.env")) && !baseline.knows(&of("b/.env"))
    );
}

fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let one = (0..3usize, "[a-e]{1,2}", proptest::collection::vec(("[a-c/]{1,4}", 0..9u64), 1..3));
    proptest::collection::vec(one, 0..8).prop_map(|all| {
        let to_finding = |(rule, secret, places): (usize, String, Vec<(String, u64)>)| {
            let places: Vec<(&str, u64)> = places.iter().map(|(p, l)| (p.as_str(), *l)).collect();
            finding(&embedded()[rule], Some(&secret), &places)
        };
        all.into_iter().map(to_finding).collect()
    })
}

proptest! {
    #[test]
    fn any_text_ends_without_a_panic(text in "\\PC{0,80}") {
        let _ = Baseline::parse("f", &text);
        let _ = Baseline::parse("f", &format!("{{\"tokensieve_baseline\": 1, {text}"));
    }

    #[test]
    fn what_is_written_is_read(findings in findings(), bytes in any::<[u8; 16]>()) {
        let baseline = Baseline::create(Salt::new(bytes), &findings);
        prop_assert_eq!(Baseline::parse("f", &baseline.to_json()), Ok(baseline));
    }

    #[test]
    fn the_order_of_entries_does_not_count((findings, shuffled) in findings().prop_flat_map(|f| (Just(f.clone()), Just(f).prop_shuffle()))) {
        let json = Baseline::create(salt(), &findings).to_json();
        let mut lines: Vec<&str> = json.lines().collect();
        let entries: Vec<String> = lines.drain(4..lines.len() - 2).map(|l| l.trim_end_matches(',').to_owned()).collect();
        let turned: Vec<String> = entries.iter().rev().chain(&entries).cloned().collect();
        let text = json.replace(&entries.join(",\n"), &turned.join(",\n"));
        if !entries.is_empty() {
            prop_assert_eq!(Baseline::parse("f", &text).unwrap().to_json(), json.clone());
        }
        // Which path stands in the file may depend on the order only where a secret comes twice.
        let known = |b: &Baseline| b.entries().map(|e| e.hash.clone()).collect::<Vec<_>>();
        prop_assert_eq!(known(&Baseline::create(salt(), &shuffled)), known(&Baseline::create(salt(), &findings)));
    }

    #[test]
    fn renames_and_moved_lines_change_nothing_but_paths(findings in findings(), prefix in "[x-z]{1,3}/", down in 1..9u64) {
        let baseline = Baseline::create(salt(), &findings);
        let mut moved = findings.clone();
        for place in moved.iter_mut().flat_map(|f| &mut f.occurrences) {
            place.path = format!("{prefix}{}", place.path).into();
            place.line += down;
        }
        prop_assert!(moved.iter().all(|f| baseline.knows(f)));
        let updated = baseline.update(&moved);
        prop_assert_eq!(updated.added, 0);
        prop_assert!(updated.unmatched.is_empty());
        prop_assert!(updated.baseline.entries().all(|e| e.path.starts_with(&prefix)));
        prop_assert_eq!(&updated.baseline.prune(&moved).baseline, &updated.baseline);
        for mut other in moved {
            other.secret = Some(Secret::new("a different one"));
            prop_assert!(!updated.baseline.knows(&other));
        }
    }
}
