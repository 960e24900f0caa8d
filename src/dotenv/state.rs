//! What git does with a dotenv file: the states of formats.md, section C, without running git.
//!
//! Takes an open repository, its index and a path below the work tree, gives [`GitState`]. The rules are
//! evaluated here, file by file, for two reasons: libgit2 does not say which file a rule came from, and it
//! drops a negation that undoes a rule of *another* file, so that a file that git would add counts as
//! ignored. Patterns are those of the `ignore` crate.

use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice};
use git2::{Error, Repository};
use ignore::gitignore::{Gitignore, GitignoreBuilder, gitconfig_excludes_path};

use crate::git::Index;
use crate::shell::{is_safe, pathspec, quote};

/// Where a rule comes from that other clones do not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocalSource {
    /// `info/exclude` in the git directory.
    InfoExclude,
    /// The user's own file: `core.excludesFile`, or `git/ignore` in the configuration folder.
    UserExcludes,
    /// A `.gitignore` that is not tracked itself; its path below the work tree.
    UntrackedGitignore(BString),
}

/// What git does with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GitState {
    /// There is no repository, or it has no work tree.
    NoRepository,
    /// One `git add .` away from a commit.
    Untracked,
    /// In the index.
    Tracked,
    /// In the index although a rule would ignore it: added by force, or before the rule.
    TrackedButIgnored,
    /// Ignored here, but not in other clones.
    IgnoredOnlyLocally {
        /// The rule's source.
        source: LocalSource,
    },
    /// Ignored by a rule that is part of the repository.
    Ignored,
}

/// The state of the file at `rel_path`, a path below the work tree with `/`.
///
/// `index` is the index of `repo`. A path in a repository within the work tree is judged by that one.
pub fn state(repo: &Repository, index: &Index, rel_path: &BStr) -> Result<GitState, Error> {
    let Some(root) = repo.workdir() else { return Ok(GitState::NoRepository) };
    if let Some((inner, at)) = nested(root, rel_path)? {
        let inner_index = Index::of(&inner)?;
        return state(&inner, &inner_index, rel_path[at + 1..].as_bstr());
    }
    let levels = levels(repo, root, index, rel_path);
    let ignored = ignoring(levels.iter(), root, rel_path);
    Ok(match (index.has(rel_path), ignored.map(|level| &level.local)) {
        (true, Some(_)) => GitState::TrackedButIgnored,
        (true, None) => GitState::Tracked,
        (false, None) => GitState::Untracked,
        (false, Some(None)) => GitState::Ignored,
        // Without the local rules, one of the repository's may do the same.
        (false, Some(Some(source))) => {
            match ignoring(levels.iter().filter(|level| level.local.is_none()), root, rel_path) {
                Some(_) => GitState::Ignored,
                None => GitState::IgnoredOnlyLocally { source: source.clone() },
            }
        }
    })
}

/// One line for a shell at the root of the work tree that puts the state right. `rel_path` is the path below
/// that root, so below the inner one where a repository lies in another.
pub fn fix(state: &GitState, rel_path: &BStr) -> Option<String> {
    let ignore = || append(rel_path);
    let remove = || format!("git rm --cached {}", pathspec(rel_path));
    match state {
        GitState::NoRepository | GitState::Ignored => None,
        GitState::Untracked => Some(ignore()),
        GitState::Tracked => Some(format!("{} && {}", ignore(), remove())),
        GitState::TrackedButIgnored => Some(remove()),
        GitState::IgnoredOnlyLocally { source: LocalSource::UntrackedGitignore(path) } => {
            Some(format!("git add {}", pathspec(path.as_bstr())))
        }
        GitState::IgnoredOnlyLocally { .. } => Some(ignore()),
    }
}

/// The outermost folder on the way that is a repository of its own, and the offset of the `/` behind it.
/// The call for that one looks for the next. Like git, a `.git` that is no repository counts for nothing.
fn nested(root: &Path, rel_path: &BStr) -> Result<Option<(Repository, usize)>, Error> {
    for at in rel_path.find_iter("/") {
        let folder = root.join(to_path(&rel_path[..at]));
        if folder.join(".git").exists() {
            match crate::git::discover(&folder) {
                Some(Ok(inner)) if is_at(&inner, &folder) => return Ok(Some((inner, at))),
                Some(Err(error)) => return Err(Error::from_str(&error)),
                _ => {}
            }
        }
    }
    Ok(None)
}

/// Whether the working tree of a repository is this very folder.
fn is_at(repository: &Repository, folder: &Path) -> bool {
    let own = repository.workdir().and_then(|w| w.canonicalize().ok());
    own.is_some() && own == folder.canonicalize().ok()
}

/// The rules of one file.
struct Level {
    /// What the file is, if other clones do not have it.
    local: Option<LocalSource>,
    /// Length of its folder's path below the root, with the `/`.
    depth: usize,
    rules: Gitignore,
}

/// Every file whose rules may say something of the path, the one that decides first first: `.gitignore`
/// from the innermost folder outwards, `info/exclude`, the user's own.
fn levels(repo: &Repository, root: &Path, index: &Index, rel_path: &BStr) -> Vec<Level> {
    let config = repo.config().ok();
    let case = config.as_ref().and_then(|config| config.get_bool("core.ignorecase").ok()).unwrap_or(false);
    let depths = rel_path.rfind_iter("/").map(|at| at + 1).chain([0]);
    let mut levels: Vec<Level> =
        depths.filter_map(|depth| in_tree(root, index, &rel_path[..depth], case)).collect();
    let user = config.and_then(|config| config.get_path("core.excludesfile").ok());
    let user = user.or_else(gitconfig_excludes_path);
    let outside = [
        (Some(repo.commondir().join("info/exclude")), LocalSource::InfoExclude),
        (user, LocalSource::UserExcludes),
    ];
    levels.extend(outside.into_iter().filter_map(|(file, source)| {
        let rules = read_rules(&file?, root, case)?;
        Some(Level { local: Some(source), depth: 0, rules })
    }));
    levels
}

/// The `.gitignore` of a folder of the work tree, if there is one.
fn in_tree(root: &Path, index: &Index, folder: &[u8], case: bool) -> Option<Level> {
    let path = BString::from([folder, b".gitignore"].concat());
    let file = root.join(to_path(&path));
    // Like git, no symbolic link is followed inside the work tree.
    file.symlink_metadata().ok().filter(|meta| meta.is_file())?;
    let rules = read_rules(&file, &root.join(to_path(folder)), case)?;
    let tracked = index.has(path.as_bstr());
    let local = (!tracked).then_some(LocalSource::UntrackedGitignore(path));
    Some(Level { local, depth: folder.len(), rules })
}

/// The rules in `file`, relative to `folder`; `None` if it cannot be read, as git has it.
fn read_rules(file: &Path, folder: &Path, case: bool) -> Option<Gitignore> {
    file.metadata().ok().filter(|meta| meta.is_file())?;
    let text = std::fs::read(file).ok()?;
    let mut builder = GitignoreBuilder::new(folder);
    builder.case_insensitive(case).ok()?;
    for line in text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text).lines() {
        // A line that is no valid glob ignores nothing, in git as well.
        builder.add_line(None, &without_classes(&line.to_str_lossy())).ok();
    }
    builder.build().ok()
}

/// The pattern with named character classes, which the `ignore` crate does not know, spelt out.
fn without_classes(line: &str) -> String {
    let classes = [
        ("[:digit:]", "0-9"),
        ("[:lower:]", "a-z"),
        ("[:upper:]", "A-Z"),
        ("[:alpha:]", "A-Za-z"),
        ("[:alnum:]", "0-9A-Za-z"),
        ("[:xdigit:]", "0-9A-Fa-f"),
        ("[:space:]", " \t"),
    ];
    classes.iter().fold(line.to_owned(), |line, (class, range)| line.replace(class, range))
}

/// The level that ignores the path. Git's own order: from the top, the first folder that is ignored
/// decides, and nothing brings a file back out of it; at each step the first level with a match decides.
fn ignoring<'a>(
    levels: impl Iterator<Item = &'a Level> + Clone,
    root: &Path,
    rel_path: &BStr,
) -> Option<&'a Level> {
    let folders = rel_path.find_iter("/").map(|at| (at, true));
    folders.chain([(rel_path.len(), false)]).find_map(|(end, is_dir)| {
        let path = root.join(to_path(&rel_path[..end]));
        let above = levels.clone().filter(|level| level.depth <= end);
        let mut verdicts = above.map(|level| (level, level.rules.matched(&path, is_dir)));
        let (level, verdict) = verdicts.find(|(_, verdict)| !verdict.is_none())?;
        verdict.is_ignore().then_some(level)
    })
}

fn to_path(path: impl AsRef<[u8]>) -> PathBuf {
    path.as_ref().to_path_lossy().into_owned()
}

/// The command that adds a rule for this path to the `.gitignore` at the root.
fn append(rel_path: &BStr) -> String {
    let pattern = pattern(rel_path);
    // `echo` would interpret a backslash in some shells and a leading dash in most.
    if is_safe(&pattern) {
        format!("echo {} >> .gitignore", pattern.as_bstr())
    } else {
        format!("printf '%s\\n' {} >> .gitignore", quote(&pattern))
    }
}

/// The rule that matches this path: signs of the pattern language are escaped, and control characters,
/// which a rule cannot hold, are matched by `?`.
pub(super) fn pattern(rel_path: &BStr) -> Vec<u8> {
    let mut pattern = Vec::new();
    for (at, &byte) in rel_path.iter().enumerate() {
        let last = at + 1 == rel_path.len();
        match byte {
            b'*' | b'?' | b'[' | b'\\' => pattern.extend([b'\\', byte]),
            b'#' | b'!' if at == 0 => pattern.extend([b'\\', byte]),
            b' ' if last => pattern.extend(b"\\ "),
            _ if byte.is_ascii_control() => pattern.push(b'?'),
            _ => pattern.push(byte),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// A repository in a folder of its own, kept apart from the excludes file of whoever runs the tests.
    struct Sandbox {
        repo: Repository,
        dir: TempDir,
    }

    impl Sandbox {
        fn new() -> Self {
            let sandbox = Self::bare_settings();
            let none = sandbox.dir.path().join("excludes");
            sandbox.repo.config().unwrap().set_str("core.excludesFile", none.to_str().unwrap()).unwrap();
            sandbox
        }

        fn bare_settings() -> Self {
            let dir = TempDir::new().unwrap();
            let repo = Repository::init(dir.path().join("tree")).unwrap();
            Self { repo, dir }
        }

        fn write(&self, path: &str, text: &str) -> &Self {
            let file = self.repo.workdir().unwrap().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
            self
        }

        fn track(&self, path: &str, text: &str) -> &Self {
            self.write(path, text);
            let mut index = self.repo.index().unwrap();
            index.add_path(Path::new(path)).unwrap();
            index.write().unwrap();
            self
        }

        fn exclude(&self, text: &str) -> &Self {
            let info = self.repo.commondir().join("info");
            fs::create_dir_all(&info).unwrap();
            fs::write(info.join("exclude"), text).unwrap();
            self
        }

        fn state(&self, path: &str) -> GitState {
            state(&self.repo, &Index::of(&self.repo).unwrap(), path.into()).unwrap()
        }
    }

    fn locally(source: LocalSource) -> GitState {
        GitState::IgnoredOnlyLocally { source }
    }

    #[test]
    fn without_rules_a_file_is_untracked_or_tracked() {
        let sandbox = Sandbox::new();
        sandbox.write(".env", "").track("a/b/.env", "");
        assert_eq!(sandbox.state(".env"), GitState::Untracked);
        assert_eq!(sandbox.state("a/b/.env"), GitState::Tracked);
    }

    #[test]
    fn a_bare_repository_has_no_state() {
        let dir = TempDir::new().unwrap();
        let repo = Repository::init_bare(dir.path()).unwrap();
        assert_eq!(state(&repo, &Index::default(), ".env".into()), Ok(GitState::NoRepository));
    }

    #[test]
    fn a_tracked_rule_ignores_and_tracked_files_stay_tracked() {
        let sandbox = Sandbox::new();
        sandbox.track("x/.env", "").track(".gitignore", ".env\r\n").write(".env", "").write("a/b/.env", "");
        assert_eq!(sandbox.state(".env"), GitState::Ignored);
        assert_eq!(sandbox.state("a/b/.env"), GitState::Ignored);
        assert_eq!(sandbox.state("x/.env"), GitState::TrackedButIgnored);
        assert_eq!(sandbox.state(".env.local"), GitState::Untracked);
    }

    #[test]
    fn rules_of_this_machine_are_told_apart() {
        let sandbox = Sandbox::new();
        sandbox.write(".env", "").exclude(".env\n");
        assert_eq!(sandbox.state(".env"), locally(LocalSource::InfoExclude));
        let sandbox = Sandbox::new();
        fs::write(sandbox.dir.path().join("excludes"), "*.env\n").unwrap();
        assert_eq!(sandbox.state("a/.env"), locally(LocalSource::UserExcludes));
        let sandbox = Sandbox::new();
        sandbox.track(".gitignore", "*.log\n").write("a/.gitignore", "*\n").write("a/.env", "");
        let source = LocalSource::UntrackedGitignore("a/.gitignore".into());
        assert_eq!(sandbox.state("a/.env"), locally(source));
    }

    #[test]
    fn a_tracked_rule_beside_a_local_one_is_enough() {
        let sandbox = Sandbox::new();
        sandbox.track(".gitignore", "*.env\n").exclude(".env\n").write("a/.gitignore", "*\n");
        assert_eq!(sandbox.state("a/.env"), GitState::Ignored);
        assert_eq!(sandbox.state(".env"), GitState::Ignored);
    }

    #[test]
    fn negations_bring_back_files_but_not_out_of_ignored_folders() {
        let sandbox = Sandbox::new();
        sandbox.track(".gitignore", ".env*\n!.env.shared\n/out/\n!/out/.env.kept\n").exclude(".env*\n");
        sandbox.track("a/.gitignore", "!.env\n").write("out/.env.kept", "").write("a/.env", "");
        assert_eq!(sandbox.state(".env.shared"), GitState::Untracked);
        assert_eq!(sandbox.state("a/.env"), GitState::Untracked);
        assert_eq!(sandbox.state("a/.env.x"), GitState::Ignored);
        assert_eq!(sandbox.state("out/.env.kept"), GitState::Ignored);
    }

    #[test]
    fn letter_case_counts_only_where_the_file_system_says_so() {
        let sandbox = Sandbox::new();
        sandbox.track(".gitignore", ".env\n").track("a/.Env", "").write(".ENV", "");
        assert_eq!(sandbox.state(".ENV"), GitState::Untracked);
        sandbox.repo.config().unwrap().set_bool("core.ignorecase", true).unwrap();
        let repo = Repository::open(sandbox.repo.path()).unwrap();
        let of = |path: &str| state(&repo, &Index::of(&repo).unwrap(), path.into()).unwrap();
        assert_eq!(of(".ENV"), GitState::Ignored);
        assert_eq!(of("a/.ENV"), GitState::TrackedButIgnored);
    }

    #[test]
    fn a_linked_worktree_shares_info_exclude() {
        let sandbox = Sandbox::new();
        sandbox.track("a", "").exclude(".env\n");
        let tree = sandbox.repo.index().unwrap().write_tree().unwrap();
        let who = git2::Signature::new("a", "a@b.c", &git2::Time::new(0, 0)).unwrap();
        let tree = sandbox.repo.find_tree(tree).unwrap();
        sandbox.repo.commit(Some("HEAD"), &who, &who, "x", &tree, &[]).unwrap();
        let path = sandbox.dir.path().join("linked");
        sandbox.repo.worktree("linked", &path, None).unwrap();
        let repo = Repository::open(&path).unwrap();
        let found = state(&repo, &Index::of(&repo).unwrap(), "sub/.env".into()).unwrap();
        assert_eq!(found, locally(LocalSource::InfoExclude));
    }

    #[test]
    fn a_repository_within_judges_its_own_files() {
        let sandbox = Sandbox::new();
        sandbox.track(".gitignore", ".env\n").write("in/ner/.env", "");
        let inner = Repository::init(sandbox.repo.workdir().unwrap().join("in/ner")).unwrap();
        inner.config().unwrap().set_str("core.excludesFile", "/nowhere").unwrap();
        assert_eq!(sandbox.state("in/ner/.env"), GitState::Untracked);
        sandbox.write("no/repo/.git/x", "").write("no/repo/.env", "");
        assert_eq!(sandbox.state("no/repo/.env"), GitState::Ignored);
    }

    /// The XDG folder comes from the environment, which a test can set only for a process of its own.
    #[test]
    fn the_user_excludes_file_of_the_configuration_folder_is_local() {
        const MARK: &str = "TOKENSIEVE_TEST_XDG";
        if std::env::var_os(MARK).is_some() {
            let sandbox = Sandbox::bare_settings();
            assert_eq!(sandbox.state(".env"), locally(LocalSource::UserExcludes));
            return;
        }
        let home = TempDir::new().unwrap();
        fs::create_dir_all(home.path().join("xdg/git")).unwrap();
        fs::write(home.path().join("xdg/git/ignore"), ".env\n").unwrap();
        let name = std::thread::current().name().unwrap().to_owned();
        #[expect(clippy::disallowed_methods, reason = "runs this very test with another environment")]
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args([&name, "--exact", "--test-threads=1"])
            .env_clear()
            .envs([(MARK, "1"), ("GIT_CONFIG_NOSYSTEM", "1")])
            .envs([("HOME", home.path().to_owned()), ("XDG_CONFIG_HOME", home.path().join("xdg"))])
            .output()
            .unwrap();
        assert!(output.status.success() && output.stdout.windows(8).any(|text| text == b"1 passed"));
    }

    #[test]
    fn fixes_are_safe_to_paste() {
        let fix = |state: GitState, path: &str| fix(&state, path.into());
        assert_eq!(fix(GitState::Ignored, ".env"), None);
        assert_eq!(fix(GitState::Untracked, "a/.env").unwrap(), "echo a/.env >> .gitignore");
        assert_eq!(fix(GitState::TrackedButIgnored, "it's/.env").unwrap(), r"git rm --cached 'it'\''s/.env'");
        assert_eq!(fix(GitState::TrackedButIgnored, "-n.env").unwrap(), "git rm --cached -- '-n.env'");
        assert_eq!(
            fix(GitState::TrackedButIgnored, "a\n\u{202e}.env").unwrap(),
            r"git rm --cached $'a\012\342\200\256.env'"
        );
        assert_eq!(
            fix(GitState::TrackedButIgnored, "[a].env").unwrap(),
            "git rm --cached ':(literal)[a].env'"
        );
        assert_eq!(
            fix(GitState::Untracked, "!a\t*.env").unwrap(),
            r"printf '%s\n' '\!a?\*.env' >> .gitignore"
        );
        assert_eq!(
            fix(GitState::Untracked, "$(x);.env").unwrap(),
            "printf '%s\\n' '$(x);.env' >> .gitignore"
        );
        let source = LocalSource::UntrackedGitignore("a/.gitignore".into());
        assert_eq!(fix(locally(source), "a/.env").unwrap(), "git add a/.gitignore");
    }
}
