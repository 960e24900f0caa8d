//! Repositories of every form, whole and damaged.

use std::fs;

use super::*;
use crate::source::history::OpenError;

#[test]
fn bare_worktree_git_file_and_sub_directory() {
    let repo = Repo::new();
    repo.commit("dir/a", "a");
    repo.git(&["worktree", "add", "-q", "--detach", "../tree"]);
    let tree = repo.outside("tree");
    fs::write(tree.join("dir/a"), "only in the other work tree").unwrap();
    repo.git_in(&tree, &["commit", "-q", "-a", "-m", "detached"]);
    fs::write(tree.join("s"), "staged in the other work tree").unwrap();
    repo.git_in(&tree, &["add", "s"]);
    repo.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    for dir in [
        repo.dir.join("dir"),
        repo.dir.join(".git"),
        repo.dir.join(".git/refs"),
        tree.clone(),
        tree.join("dir"),
    ] {
        let seen = see(&dir, |_| {});
        assert!(
            seen.has("only in the other work tree") && seen.has("staged in the other work tree"),
            "{dir:?}"
        );
        assert_eq!(seen.failed, BTreeMap::new());
    }
    assert!(see(&repo.outside("bare.git"), |_| {}).has("a"));
    assert!(Location::discover(&repo.outside("bare.git")).unwrap().work_dir.is_none());
}

#[test]
fn alternates() {
    let repo = Repo::new();
    repo.commit("a", "borrowed");
    repo.git(&["clone", "-q", "--shared", ".", "../borrower"]);
    let seen = see(&repo.outside("borrower"), |_| {});
    assert!(seen.has("borrowed"));
    assert_eq!(seen.failed, BTreeMap::new());
    repo.git(&["gc", "-q"]);
    assert!(see(&repo.outside("borrower"), |_| {}).has("borrowed"));
}

#[test]
fn a_shallow_clone_is_told_and_hides_nothing_in_the_store() {
    let repo = Repo::new();
    for text in ["1", "2", "3"] {
        repo.commit("a", text);
    }
    let url = format!("file://{}", repo.dir.display());
    repo.git(&["clone", "-q", "--depth", "1", &url, "../shallow"]);
    let dir = repo.outside("shallow");
    assert!(Location::discover(&dir).unwrap().shallow);
    let seen = see(&dir, |_| {});
    assert!(seen.has("3") && !seen.has("2"));
    assert_eq!(seen.history.cut.len(), 1);
    assert_eq!(seen.failed, BTreeMap::new());
    // The file only claims that history is cut.
    fs::write(repo.dir.join(".git/shallow"), repo.git(&["rev-parse", "HEAD"]) + "\n").unwrap();
    assert!(repo.everything().has("1"));
}

#[test]
fn a_partial_clone_names_each_absent_blob() {
    let repo = Repo::new();
    repo.commit("dir/a", "absent");
    repo.commit("dir/b", "absent too");
    let url = format!("file://{}", repo.dir.display());
    let server = "git -c uploadpack.allowFilter=true upload-pack";
    repo.git(&["clone", "-q", "--bare", "--filter=blob:none", "--upload-pack", server, &url, "../partial"]);
    let seen = see(&repo.outside("partial"), |_| {});
    assert!(Location::discover(&repo.outside("partial")).unwrap().partial);
    assert_eq!(seen.failed.len(), 2);
    assert!(seen.says(Surface::CommitMessage, "change dir/b"));
}

#[test]
fn a_thousand_directories_deep() {
    let repo = Repo::new();
    let blob = repo.blob("deep down");
    let path = "d/".repeat(1000) + "f";
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]);
    repo.git(&["commit", "-q", "-m", "deep"]);
    let seen = repo.everything();
    assert_eq!(seen.of("deep down").path, path);
    assert_eq!(seen.failed, BTreeMap::new());
}

#[test]
fn heads_that_keep_nothing_alive_may_name_what_is_gone() {
    let repo = Repo::new();
    repo.commit("a", "a");
    fs::write(repo.dir.join(".git/FETCH_HEAD"), format!("{}\t\tbranch\n", "12".repeat(20))).unwrap();
    assert_eq!(repo.everything().failed, BTreeMap::new());
    // A fetch empties it first, and leaves it so where it brings nothing.
    fs::write(repo.dir.join(".git/FETCH_HEAD"), "").unwrap();
    assert_eq!(repo.everything().failed, BTreeMap::new());
    fs::write(repo.dir.join(".git/refs/heads/gone"), format!("{}\n", "12".repeat(20))).unwrap();
    assert_eq!(repo.everything().failed.len(), 1);
}

#[test]
fn submodules_are_listed() {
    let repo = Repo::new();
    repo.git(&["init", "-q", "-b", "main", "../other"]);
    let other = repo.outside("other");
    fs::write(other.join("o"), "in the submodule").unwrap();
    repo.git_in(&other, &["add", "o"]);
    repo.git_in(&other, &["commit", "-q", "-m", "m"]);
    repo.git(&["submodule", "--quiet", "add", other.to_str().unwrap(), "lib/other"]);
    repo.git(&["commit", "-q", "-m", "with a submodule"]);
    assert_eq!(repo.everything().failed, BTreeMap::new());
    let modules = Location::discover(&repo.dir).unwrap().submodules();
    assert_eq!(modules.len(), 1);
    assert!(see(&modules[0], |_| {}).has("in the submodule"));
}

#[test]
fn missing_and_damaged_objects_are_named_and_the_rest_is_read() {
    let repo = Repo::new();
    repo.commit("dir/a", "missing");
    repo.commit("dir/a", "damaged");
    repo.commit("dir/a", "whole");
    let file = |id: &str| repo.dir.join(".git/objects").join(&id[..2]).join(&id[2..]);
    let [missing, damaged] = ["HEAD~2:dir/a", "HEAD~1:dir/a"].map(|rev| repo.git(&["rev-parse", rev]));
    fs::remove_file(file(&missing)).unwrap();
    fs::remove_file(file(&damaged)).unwrap();
    fs::write(file(&damaged), "no zlib at all").unwrap();
    let seen = repo.everything();
    assert!(seen.has("whole"));
    assert_eq!(seen.of("whole").changed, (0, 5), "what follows an unread version is new from end to end");
    let names: Vec<String> = seen.failed.keys().map(ToString::to_string).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    for id in [missing, damaged] {
        assert!(names.contains(&format!("dir/a ({id})")), "{names:?}");
    }
}

#[test]
fn a_damaged_pack_does_not_end_the_walk() {
    let repo = Repo::new();
    for round in 0..20 {
        repo.commit("a", &format!("{round}\n").repeat(500 + round));
    }
    repo.git(&["gc", "-q"]);
    let pack = fs::read_dir(repo.dir.join(".git/objects/pack")).unwrap().map(|e| e.unwrap().path());
    let pack = pack.into_iter().find(|p| p.extension().is_some_and(|e| e == "pack")).unwrap();
    let whole = fs::read(&pack).unwrap();
    fs::remove_file(&pack).unwrap();
    for at in (12..whole.len() - 20).step_by(29) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x5a;
        fs::write(&pack, &bytes).unwrap();
        repo.everything();
    }
    fs::write(&pack, &whole).unwrap();
    assert_eq!(repo.everything().failed, BTreeMap::new());
    fs::remove_file(pack.with_extension("idx")).unwrap();
    assert!(repo.everything().failed.values().any(|why| why.contains("without an index")));
}

#[test]
fn broken_refs_are_named() {
    let repo = Repo::new();
    repo.commit("a", "a");
    fs::write(repo.dir.join(".git/refs/heads/broken"), "nonsense\n").unwrap();
    fs::write(repo.dir.join(".git/refs/heads/empty"), "").unwrap();
    let seen = repo.everything();
    assert!(seen.has("a"));
    assert_eq!(seen.failed.len(), 2, "{:?}", seen.failed);
}

#[test]
fn foreign_formats_are_recognised() {
    let repo = Repo::new();
    repo.git(&["init", "-q", "--object-format=sha256", "../sha256"]);
    let error = Location::discover(&repo.outside("sha256")).unwrap_err();
    assert!(matches!(error, OpenError::ObjectFormat(format) if format == "sha256"));
    repo.git(&["init", "-q", "--ref-format=reftable", "-b", "main", "../reftable"]);
    let dir = repo.outside("reftable");
    fs::write(dir.join("a"), "behind a reftable").unwrap();
    repo.git_in(&dir, &["add", "a"]);
    repo.git_in(&dir, &["commit", "-q", "-m", "message"]);
    let seen = see(&dir, |_| {});
    assert!(seen.has("behind a reftable"));
    assert!(seen.failed.values().any(|why| why.contains("reftable")), "{:?}", seen.failed);
    assert!(matches!(Location::discover(Path::new("/")), Err(OpenError::NotFound(_))));
}

#[test]
fn blobs_over_the_limit_are_skipped_and_told() {
    let repo = Repo::new();
    repo.commit("a", "small");
    repo.commit("a", &"large".repeat(100));
    repo.commit("a", "small again");
    for _ in 0..2 {
        let seen = see(&repo.dir, |plan| plan.blob_limit = 100);
        assert_eq!(seen.skipped, [BString::from("a")]);
        assert_eq!(seen.of("small again").changed, (0, 11));
        repo.git(&["gc", "-q"]);
    }
}

#[test]
fn single_branches() {
    let repo = Repo::new();
    repo.commit("a", "on main");
    repo.git(&["checkout", "-q", "-b", "other"]);
    repo.commit("a", "on other");
    repo.git(&["pack-refs", "--all"]);
    let location = Location::discover(&repo.dir).unwrap();
    for (name, both) in [("main", false), ("refs/heads/other", true), ("HEAD", true)] {
        let seen = see_plan(&location, &Plan::branches(&location, &[name.into()]).unwrap(), 1);
        assert!(seen.has("on main") && seen.has("on other") == both, "{name}");
    }
    assert_eq!(Plan::branches(&location, &["none".into()]).unwrap_err(), "none");
}

#[test]
fn forged_trees_end() {
    let repo = Repo::new();
    // Ten levels of trees with ten names for the level below: 10^10 paths, eleven trees.
    let mut id = repo.blob("at the bottom");
    for level in 0..10 {
        let kind = if level == 0 { "100644 blob" } else { "040000 tree" };
        let lines: String = (0..10).map(|name| format!("{kind} {id}\tn{name}\n")).collect();
        fs::write(repo.outside("lines"), lines).unwrap();
        let script = format!("git mktree < {}", repo.outside("lines").display());
        repo.git(&["config", "alias.make", &format!("!{script}")]);
        id = repo.git(&["make"]);
    }
    repo.git(&["tag", "bomb", &id]);
    let seen = repo.everything();
    assert!(seen.has("at the bottom"));
    assert_eq!(seen.versions.len(), 1);
}

#[test]
fn the_walk_writes_nothing() {
    let repo = Repo::new();
    repo.commit("a", "a");
    let state = || {
        let listed = Command::new("find")
            .args([repo.dir.to_str().unwrap(), "-printf", "%p %T@ %s\n"])
            .output()
            .unwrap();
        String::from_utf8(listed.stdout).unwrap()
    };
    let before = state();
    repo.everything();
    assert_eq!(before, state());
}
