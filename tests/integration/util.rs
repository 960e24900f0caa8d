//! The harness: a scratch folder, git and the tool, both cut off from the user's environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use tokensieve::rule::sample::fill;

/// A folder of its own, with a home beside it.
pub(crate) struct Scratch {
    folder: TempDir,
}

/// What a run of the tool gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir_all(folder.path().join("tree")).unwrap();
        fs::create_dir_all(folder.path().join("home")).unwrap();
        Self { folder }
    }

    /// A scratch folder that is a git repository.
    pub(crate) fn repository() -> Self {
        let scratch = Self::new();
        scratch.git(&["init", "-q", "-b", "main"]);
        scratch
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        let output = self.scrub(Command::new("git").current_dir(self.root()).args(args));
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Runs the tool in the scratch folder.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.run_in(&self.root(), args)
    }

    pub(crate) fn run_in(&self, folder: &Path, args: &[&str]) -> Run {
        let output = self.scrub(Command::new(tool()).current_dir(folder).args(args));
        Run::of(output)
    }

    /// Runs the tool and gives its JSON Lines: findings, and the summary.
    pub(crate) fn json(&self, args: &[&str]) -> (Vec<Value>, Value, i32) {
        let args: Vec<&str> = args.iter().copied().chain(["--format", "jsonl"]).collect();
        let run = self.run(&args);
        let mut lines: Vec<Value> = run.stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let summary = lines.pop().unwrap_or_else(|| panic!("no summary: {}", run.stderr));
        assert_eq!(summary["type"], "summary");
        (lines, summary, run.code)
    }

    /// Runs a command without the user's settings.
    pub(crate) fn scrub(&self, command: &mut Command) -> Output {
        let path = std::env::var_os("PATH").unwrap_or_default();
        bare(command)
            .env("PATH", path)
            .env("HOME", self.home())
            .env("XDG_CONFIG_HOME", self.home().join(".config"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "A U Thor")
            .env("GIT_AUTHOR_EMAIL", "author@corp-net.io")
            .env("GIT_COMMITTER_NAME", "C O Mitter")
            .env("GIT_COMMITTER_EMAIL", "committer@corp-net.io")
            .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
            .env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z")
            .output()
            .unwrap()
    }
}

/// Takes the environment away, but for where a build that counts what is covered writes its counts.
pub(crate) fn bare(command: &mut Command) -> &mut Command {
    const COUNTS: &str = "LLVM_PROFILE_FILE";
    command.env_clear().envs(std::env::var_os(COUNTS).map(|file| (COUNTS, file)))
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

pub(crate) fn tool() -> &'static str {
    env!("CARGO_BIN_EXE_tokensieve")
}

/// A classic GitHub token with a right checksum; another for each seed.
pub(crate) fn token(seed: u64) -> String {
    fill("ghp_${alnum:30}${crc32:6}", seed).unwrap()
}

/// The rules of findings, sorted.
pub(crate) fn rules(findings: &[Value]) -> Vec<&str> {
    let mut rules: Vec<&str> = findings.iter().map(|f| f["rule"].as_str().unwrap()).collect();
    rules.sort_unstable();
    rules
}

/// The paths of all places of findings, sorted.
pub(crate) fn paths(findings: &[Value]) -> Vec<String> {
    let places = findings.iter().flat_map(|f| f["occurrences"].as_array().unwrap().clone());
    let mut paths: Vec<String> = places.map(|o| o["path"].as_str().unwrap().to_owned()).collect();
    paths.sort_unstable();
    paths
}
