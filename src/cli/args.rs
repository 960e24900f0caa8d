//! What was typed. Parsing alone: nothing here touches a file, the terminal or the environment.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use tokensieve::report::Format;
use tokensieve::rule::Confidence;

use super::limits::LimitArgs;
use super::policy::args::{BaselineCommand, ConfigCommand, PolicyArgs};

/// Finds leaked credentials in working trees and git histories.
#[derive(Debug, Parser)]
#[command(name = "tokensieve", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
`tokensieve PATH...` is short for `tokensieve dir PATH...`.

Exit codes:
  0  everything was read and nothing was found
  1  findings
  2  an error, or something could not be read (beats 1)";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan files and folders: what git tracks, and what it would not ignore
    #[command(visible_alias = "file", alias = "directory")]
    Dir(DirArgs),
    /// Scan a repository's history, what is staged, a range, or a push
    Git(GitArgs),
    /// Scan standard input
    Stdin(StdinArgs),
    /// List, explain and check rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Check the config, and show what is in force
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write and keep a baseline of known secrets
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Print a tokensieve.toml made from the files of gitleaks and detect-secrets
    Migrate {
        /// The folder that they lie in
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Show what to do about a finding: revoke, rotate, remove, rewrite the history, check
    Fix(FixArgs),
    /// Show which rules look at a text, and why each does or does not report it
    Why(WhyArgs),
    /// Install and remove git hooks that scan commits, pushes and commit messages
    #[command(subcommand)]
    Hook(HookCommand),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into a folder
    Man {
        /// The folder, which is there
        folder: Option<PathBuf>,
    },
}

/// Options that every command has.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// Format of the report on standard output [default: text; inside GitHub Actions github, with a job summary]
    #[arg(short, long, value_name = "FORMAT", global = true, value_parser = parse_format)]
    pub(crate) format: Option<Format>,
    /// Write a report to a file as well; the format is --format unless named
    #[arg(short, long, value_name = "[FORMAT=]FILE", global = true)]
    pub(crate) output: Vec<OsString>,
    /// Print secrets as they are, not masked
    #[arg(long, global = true)]
    pub(crate) show_secrets: bool,
    /// Report findings of at least this confidence [default: that of the config, or medium]
    #[arg(long, value_name = "LEVEL", global = true)]
    pub(crate) confidence: Option<ConfidenceArg>,
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,
    /// Use only this rule; may be given again
    #[arg(long, value_name = "ID", global = true)]
    pub(crate) rule: Vec<String>,
    /// Do not use this rule; may be given again
    #[arg(long, value_name = "ID", global = true)]
    pub(crate) exclude_rule: Vec<String>,
    /// Use the rules of this file, too; may be given again
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) rules: Vec<PathBuf>,
    /// End with 0 even with findings
    #[arg(long, global = true)]
    pub(crate) exit_zero: bool,
    /// Do not end with 2 because something could not be read
    #[arg(long, global = true)]
    pub(crate) allow_incomplete: bool,
    /// Number of threads; all cores by default
    #[arg(short = 'j', long, value_name = "N", global = true)]
    pub(crate) threads: Option<std::num::NonZeroUsize>,
    /// Largest file that is read, as in 500K, 256M, 2G
    #[arg(long, value_name = "SIZE", global = true, default_value = "256M", value_parser = parse_size)]
    pub(crate) max_file_size: u64,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    /// When to use colour
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto")]
    pub(crate) color: ColorArg,
    /// Print findings only, no summary
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Print more: every place of a finding, every skipped file
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DirArgs {
    /// Files and folders
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Read what git ignores, too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    #[command(flatten)]
    pub(crate) remediation: RemediationArgs,
}

/// Where to write what to do.
#[derive(Debug, Clone, Args)]
pub(crate) struct RemediationArgs {
    /// Write what to do about the findings into this folder, and the secrets themselves, in clear and for
    /// your eyes alone, as replacements for git-filter-repo
    #[arg(long, value_name = "DIR")]
    pub(crate) remediation: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct FixArgs {
    /// The id that reports give it, or the first six digits of it or more
    #[arg(value_name = "FINDING")]
    pub(crate) finding: String,
    /// The repository or folder that it was found in
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    #[command(flatten)]
    pub(crate) remediation: RemediationArgs,
    /// Add the line to .gitignore that keeps the dotenv file out of commits, after showing it
    #[arg(long)]
    pub(crate) apply: bool,
}

/// Without any of the options that choose, everything is read: all refs, reflogs, stashes, indexes.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("part").multiple(false))]
pub(crate) struct GitArgs {
    /// The repository, or any path in it [default: the current folder's]
    #[arg(value_name = "REPO")]
    pub(crate) repo: Option<PathBuf>,
    /// What is about to be committed, for a pre-commit hook
    #[arg(long, group = "part")]
    pub(crate) staged: bool,
    /// What one side has and the other lacks: A..B, or A...B for both against their common ancestor
    #[arg(long, value_name = "RANGE", group = "part")]
    pub(crate) range: Option<String>,
    /// What HEAD has and this revision lacks
    #[arg(long, value_name = "REV", group = "part")]
    pub(crate) since: Option<String>,
    /// The last N commits of HEAD
    #[arg(long, value_name = "N", group = "part")]
    pub(crate) commits: Option<u32>,
    /// What a push brings, from the lines that git writes to a pre-push hook's standard input
    #[arg(long, group = "part")]
    pub(crate) pre_push: bool,
    /// What a push brings to this server, from the lines of a pre-receive hook's standard input
    #[arg(long, group = "part")]
    pub(crate) pre_receive: bool,
    /// Only what this ref leads to; may be given again
    #[arg(long, value_name = "REF", group = "branches", conflicts_with = "part")]
    pub(crate) branch: Vec<String>,
    /// The remote that is pushed to, with --pre-push; the only one by default
    #[arg(long, value_name = "NAME", requires = "pre_push")]
    pub(crate) remote: Option<String>,
    /// Read every object in the store, also those that nothing leads to
    #[arg(long, conflicts_with_all = ["part", "branches"])]
    pub(crate) unreachable: bool,
    /// Read the repositories of submodules, too
    #[arg(long, conflicts_with = "part")]
    pub(crate) recurse_submodules: bool,
    #[command(flatten)]
    pub(crate) remediation: RemediationArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StdinArgs {}

#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// The text
    #[arg(value_name = "TEXT", required_unless_present = "at")]
    pub(crate) text: Option<OsString>,
    /// The line of a file instead
    #[arg(long, value_name = "FILE:LINE", conflicts_with = "text")]
    pub(crate) at: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List all rules
    List,
    /// Explain one rule
    Show {
        /// Its id
        id: String,
    },
    /// Check rule files: schema, patterns, anchors, samples
    Check {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum HookCommand {
    /// Write a hook that git runs; a hook that is there already is kept and runs first
    Install(HookArgs),
    /// Take hooks away again and put back what was there; all of them where none is named
    Uninstall(HookArgs),
    /// Scan a commit message, without the lines that git takes out of it: what the commit-msg hook does
    Message {
        /// The file with the message, which git names to the hook
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct HookArgs {
    /// Which hooks [default to install: pre-commit]
    #[arg(value_name = "HOOK")]
    pub(crate) hooks: Vec<HookName>,
    /// For all repositories of this user
    #[arg(long)]
    pub(crate) global: bool,
    /// Write into git's own folder of hooks although lefthook or husky is set up, and replace a kept hook
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HookName {
    /// Before a commit: what is staged
    PreCommit,
    /// Before a push: what it brings
    PrePush,
    /// Before a commit: its message
    CommitMsg,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ConfidenceArg {
    /// Everything, however doubtful
    Low,
    /// More likely a secret than not
    Medium,
    /// Nothing but a secret looks like this
    High,
}

impl From<ConfidenceArg> for Confidence {
    fn from(arg: ConfidenceArg) -> Self {
        match arg {
            ConfidenceArg::Low => Self::Low,
            ConfidenceArg::Medium => Self::Medium,
            ConfidenceArg::High => Self::High,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Parses a command line. Where its first word is no command, `dir` is meant.
pub(crate) fn parse(args: Vec<OsString>) -> Result<Cli, clap::Error> {
    let error = match Cli::try_parse_from(&args) {
        Ok(cli) => return Ok(cli),
        Err(error) => error,
    };
    let names_command = args.iter().skip(1).find(|a| !a.as_encoded_bytes().starts_with(b"-"));
    let is_command = |word: &OsString| {
        Cli::command().get_subcommands().any(|c| c.get_name_and_visible_aliases().iter().any(|n| word == *n))
    };
    let asks_for_help = !error.use_stderr();
    if asks_for_help || names_command.is_some_and(is_command) {
        return Err(error);
    }
    let mut with_dir = args;
    with_dir.insert(with_dir.len().min(1), OsString::from("dir"));
    Cli::try_parse_from(with_dir)
}

fn parse_format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|_| {
        let names: Vec<String> = Format::all().map(|f| f.to_string()).collect();
        format!("formats are {}", names.join(", "))
    })
}

/// Bytes, with `K`, `M` or `G` for powers of 1024.
pub(super) fn parse_size(text: &str) -> Result<u64, String> {
    let upper = text.trim().to_ascii_uppercase();
    let digits = upper.trim_end_matches("IB").trim_end_matches('B');
    let (number, factor) = match digits.char_indices().last() {
        Some((i, 'K')) => (&digits[..i], 1 << 10),
        Some((i, 'M')) => (&digits[..i], 1 << 20),
        Some((i, 'G')) => (&digits[..i], 1 << 30),
        _ => (digits, 1),
    };
    let number: u64 = number.trim().parse().map_err(|_| "not a size, such as 500K or 256M".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "too large".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Result<Cli, clap::Error> {
        parse(std::iter::once("tokensieve").chain(line.split_whitespace()).map(OsString::from).collect())
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn dir_is_meant_where_no_command_is_named() {
        for line in ["", "src", "--format json src", "-j 2", "--no-ignore a b", "dir src"] {
            assert!(matches!(words(line).unwrap().command, Command::Dir(_)), "{line}");
        }
        assert!(matches!(words("--format json stdin").unwrap().command, Command::Stdin(_)));
        assert!(words("--no-such-option").is_err());
    }

    #[test]
    fn sizes() {
        assert_eq!(parse_size("10"), Ok(10));
        assert_eq!(parse_size("2k"), Ok(2048));
        assert_eq!(parse_size("256M"), Ok(256 << 20));
        assert_eq!(parse_size("1GiB"), Ok(1 << 30));
        for bad in ["", "M", "-1", "1.5M", "99999999999G"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}
