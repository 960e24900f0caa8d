//! What is reached: every place that a blob can stand in.

use super::*;

/// A history with merges, renames, deletions, links, sub-directories and a second root.
fn rich() -> Repo {
    let repo = Repo::new();
    for round in 0..30 {
        let text: String =
            (0..40).map(|line| format!("line {line} {}\n", if line == round { "x" } else { "" })).collect();
        repo.commit("src/deep/er/file.txt", &text);
        repo.commit(&format!("src/many/{}.txt", round % 7), &format!("{round}\n{text}"));
    }
    repo.git(&["mv", "src/deep", "src/renamed"]);
    repo.commit("a.txt", "one\n");
    repo.git(&["checkout", "-q", "-b", "side", "HEAD~10"]);
    repo.commit("side.txt", "side\n");
    std::os::unix::fs::symlink("target-of-link", repo.dir.join("link")).unwrap();
    repo.commit("src/many/1.txt", "changed aside\n");
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["merge", "-q", "--no-commit", "-X", "ours", "side"]);
    repo.commit("evil.txt", "only in the merge\n");
    repo.git(&["checkout", "-q", "--orphan", "lone"]);
    repo.git(&["rm", "-rfq", "."]);
    repo.commit("lone.txt", "root of an orphan\n");
    repo.git(&["checkout", "-q", "main"]);
    repo
}

#[test]
fn every_blob_of_git_is_visited_exactly_once() {
    let repo = rich();
    for packed in [false, true] {
        if packed {
            repo.git(&["gc", "-q"]);
        }
        let seen = repo.everything();
        assert_eq!(seen.failed, BTreeMap::new());
        assert_eq!(seen.ids(), blobs_of(&repo, &["--all", "--reflog"]));
        assert_eq!(seen.ids().len(), seen.versions.len(), "some blob was visited twice");
        assert_eq!(seen.of("target-of-link").surface, Surface::SymlinkTarget);
        assert!(seen.has("only in the merge\n") && seen.has("root of an orphan\n"));
        for path in ["src", "src/renamed", "src/many/3.txt", "evil.txt"] {
            assert!(seen.paths.contains(&BString::from(path)), "{path}");
        }
    }
}

#[test]
fn what_did_not_change_stood_in_an_earlier_version() {
    let seen = rich().everything();
    let mut shrunk = 0;
    for (number, v) in seen.versions.iter().enumerate() {
        let (start, end) = v.changed;
        let (head, tail) = (&v.bytes[..start], &v.bytes[end..]);
        shrunk += usize::from(end - start < v.bytes.len());
        let earlier = seen.versions[..number].iter().filter(|e| e.path == v.path);
        assert!(
            (head.is_empty() && tail.is_empty())
                || earlier.into_iter().any(|e| e.bytes.starts_with(head) && e.bytes.ends_with(tail)),
            "{v:?}"
        );
    }
    assert!(shrunk > 20, "only {shrunk} versions were cut");
}

#[test]
fn one_thread_and_two_see_the_same() {
    let repo = rich();
    repo.git(&["gc", "-q"]);
    let location = Location::discover(&repo.dir).unwrap();
    let plan = Plan::everything(&location);
    let [one, two] = [1, 2].map(|threads| see_plan(&location, &plan, threads));
    assert_eq!((one.ids(), &one.texts, &one.paths), (two.ids(), &two.texts, &two.paths));
    assert_eq!(one.history.commits, two.history.commits);
}

#[test]
fn commits_come_after_their_parents() {
    let seen = rich().everything();
    for (number, commit) in seen.history.commits.iter().enumerate() {
        for parent in &commit.parents {
            assert!((seen.history.position(*parent).unwrap() as usize) < number);
        }
    }
}

#[test]
fn tags_of_tags_trees_and_blobs() {
    let repo = Repo::new();
    repo.commit("a", "a");
    let blob = repo.blob("only a tag names me");
    repo.git(&["tag", "-a", "-m", "blob message", "on-blob", &blob]);
    repo.git(&["tag", "-a", "-m", "outer message", "on-tag", "on-blob"]);
    let inner = repo.blob("in a tagged tree");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{inner},dir/name")]);
    let tree = repo.git(&["write-tree"]);
    repo.git(&["tag", "on-tree", &tree]);
    repo.git(&["reset", "-q"]);
    let seen = repo.everything();
    assert!(seen.has("only a tag names me") && seen.has("in a tagged tree"));
    assert_eq!(seen.of("in a tagged tree").path, "dir/name");
    assert!(
        seen.says(Surface::TagMessage, "blob message") && seen.says(Surface::TagMessage, "outer message")
    );
    assert!(seen.says(Surface::RefName, "refs/tags/on-tree"));
}

#[test]
fn stashes_old_and_new_reflog_and_index() {
    let repo = Repo::new();
    repo.commit("a", "a");
    for text in ["older stash", "newer stash"] {
        repo.write("a", text);
        repo.git(&["stash", "-q"]);
    }
    repo.commit("a", "only the reflog knows");
    repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    repo.write("staged", "only staged");
    repo.git(&["add", "staged"]);
    repo.write("staged", "something else");
    let seen = repo.everything();
    for text in ["older stash", "newer stash", "only the reflog knows", "only staged"] {
        assert!(seen.has(text), "{text}");
    }
    assert_eq!(seen.of("only staged").commit, super::super::IN_INDEX);
}

#[test]
fn notes_messages_and_names() {
    let repo = Repo::new();
    repo.commit("a", "a");
    repo.git(&["notes", "add", "-m", "a note"]);
    repo.git(&["branch", "name-of-branch"]);
    repo.git(&["config", "remote.origin.url", "https://host/of-remote"]);
    let seen = repo.everything();
    assert_eq!(seen.of("a note\n").surface, Surface::Note);
    assert!(seen.says(Surface::CommitMessage, "change a"));
    assert!(seen.says(Surface::Identity, "a@example.org") && seen.says(Surface::Identity, "c@example.org"));
    assert!(seen.says(Surface::RefName, "name-of-branch"));
    assert!(seen.says(Surface::GitConfig, "of-remote"));
}

#[test]
fn dangling_only_when_asked_for() {
    let repo = Repo::new();
    repo.commit("a", "a");
    repo.blob("dangling blob");
    let inner = repo.blob("in a dangling commit");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{inner},lost/name")]);
    let tree = repo.git(&["write-tree"]);
    repo.git(&["commit-tree", "-m", "dangling message", &tree]);
    repo.git(&["reset", "-q"]);
    for packed in [false, true] {
        if packed {
            repo.git(&["repack", "-q", "-a", "-d", "--keep-unreachable"]);
        }
        let seen = repo.everything();
        assert!(!seen.has("dangling blob") && !seen.has("in a dangling commit"));
        let seen = see(&repo.dir, |plan| plan.unreachable = true);
        assert!(seen.has("dangling blob"));
        assert_eq!(seen.of("in a dangling commit").path, "lost/name");
        assert!(seen.says(Surface::CommitMessage, "dangling message"));
        assert_eq!(seen.failed, BTreeMap::new());
    }
}

#[test]
fn replacements_hide_nothing() {
    let repo = Repo::new();
    let first = repo.commit("a", "the original");
    let second = repo.commit("a", "the replacement");
    repo.commit("a", "the tip");
    repo.git(&["replace", &first, &second]);
    let seen = repo.everything();
    assert!(seen.has("the original") && seen.has("the replacement"));
}
