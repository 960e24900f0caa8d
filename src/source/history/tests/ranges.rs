//! Ranges: what the tips add against the excluded side.

use super::*;
use crate::source::history::{IdSet, Tip, locate};

fn range(repo: &Repo, tips: &[&str], excluded: &[&str]) -> Seen {
    let id = |rev: &&str| repo.git(&["rev-parse", rev]).parse().unwrap();
    let tips = tips.iter().map(|rev| Tip { id: id(rev), name: (*rev).into() }).collect();
    let plan = Plan::range(tips, excluded.iter().map(id).collect());
    see_plan(&Location::discover(&repo.dir).unwrap(), &plan, 2)
}

/// Two branches that merge each other twice (criss-cross), with a merge that brings something of its own.
fn crossed() -> Repo {
    let repo = Repo::new();
    repo.commit("b", "base\n");
    repo.git(&["tag", "base"]);
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.commit("s", "s1\n");
    repo.git(&["tag", "s1"]);
    repo.git(&["checkout", "-q", "main"]);
    repo.commit("mm", "m1\n");
    repo.git(&["tag", "m1"]);
    repo.git(&["merge", "-q", "--no-commit", "s1"]);
    repo.commit("evil", "evil merge\n");
    repo.git(&["checkout", "-q", "side"]);
    repo.git(&["merge", "-q", "--no-edit", "m1"]);
    repo.commit("s", "s2\n");
    repo.git(&["mv", "mm", "moved"]);
    repo.commit("other/s", "s3\n");
    repo
}

#[test]
fn a_range_is_what_git_lists() {
    let repo = crossed();
    for (tips, excluded) in [
        (&["side"][..], &["main"][..]),
        (&["main"], &["side"]),
        (&["main", "side"], &["base"]),
        (&["main", "side"], &["m1", "s1"]),
        (&["side"], &["side"]),
        (&["base"], &["main"]),
    ] {
        let not: Vec<String> = excluded.iter().map(|rev| format!("^{rev}")).collect();
        let args: Vec<&str> = tips.iter().copied().chain(not.iter().map(String::as_str)).collect();
        let seen = range(&repo, tips, excluded);
        assert_eq!(seen.ids(), blobs_of(&repo, &args), "{args:?}");
        let commits: BTreeSet<String> = seen.history.commits.iter().map(|c| c.id.to_string()).collect();
        let expected: BTreeSet<String> =
            repo.git(&[&["rev-list"], &args[..]].concat()).lines().map(str::to_owned).collect();
        assert_eq!(commits, expected, "{args:?}");
        assert_eq!(seen.failed, BTreeMap::new());
    }
}

#[test]
fn only_new_paths_are_named() {
    let repo = crossed();
    let seen = range(&repo, &["side"], &["main"]);
    assert!(seen.paths.contains(&BString::from("other/s")));
    assert!(!seen.paths.contains(&BString::from("b")));
}

#[test]
fn the_excluded_side_may_count_as_scanned() {
    let repo = Repo::new();
    let old = repo.commit("a", "first\nsecond\nthird\n");
    let new = repo.commit("a", "first\nchanged\nthird\n");
    let location = Location::discover(&repo.dir).unwrap();
    let tips = vec![Tip { id: new.parse().unwrap(), name: "HEAD".into() }];
    let mut plan = Plan::range(tips, vec![old.parse().unwrap()]);
    assert_eq!(see_plan(&location, &plan, 1).versions[0].changed, (0, 20));
    plan.excluded_is_scanned = true;
    assert_eq!(see_plan(&location, &plan, 1).versions[0].changed, (6, 12));
}

#[test]
fn wrong_clocks_lose_nothing() {
    let repo = Repo::new();
    let old = repo.commit("a", "1");
    *repo.clock.lock().unwrap() = 0;
    let new = repo.commit("a", "2");
    let seen = range(&repo, &[&new], &[&old]);
    assert!(seen.has("2"));
}

#[test]
fn locate_finds_every_path_and_the_first_commit() {
    let repo = Repo::new();
    repo.commit("x", "x");
    let first = repo.commit("dir/a", "wanted");
    repo.commit("x", "y");
    let copied = repo.commit("copy", "wanted");
    repo.git(&["mv", "dir", "renamed"]);
    repo.git(&["commit", "-q", "-m", "rename"]);
    let renamed = repo.git(&["rev-parse", "HEAD"]);
    let seen = repo.everything();
    let location = Location::discover(&repo.dir).unwrap();
    let ids: IdSet = [seen.of("wanted").id].into_iter().collect();
    let found = locate(&Store::open(&location.object_dirs), &seen.history, &ids).found;
    let found: Vec<_> = found
        .iter()
        .map(|s| (s.path.to_string(), seen.history.commits[s.commit as usize].id.to_string()))
        .collect();
    let expected = [("copy", copied), ("dir/a", first), ("renamed/a", renamed)];
    assert_eq!(found, expected.map(|(path, commit)| (path.to_owned(), commit)));
}
