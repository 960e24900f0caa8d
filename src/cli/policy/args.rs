//! Options and commands about the policy, as typed.

use std::path::PathBuf;

use clap::{ArgAction, Args, Subcommand};

/// What is allowed to stand, and who says so.
#[derive(Debug, Clone, Args)]
pub(crate) struct PolicyArgs {
    /// Use this config on top of the repository's; by default, that of TOKENSIEVE_CONFIG
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// Use no config but that of --config
    #[arg(long, global = true)]
    pub(crate) no_config: bool,
    /// Do not report what this baseline knows: ours, a .gitleaksignore, a gitleaks report in JSON, or a
    /// .secrets.baseline; may be given again
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) baseline: Vec<PathBuf>,
    /// Whether the inline comments of other scanners count, such as gitleaks:allow
    #[arg(long, value_name = "BOOL", global = true, default_value_t = true, action = ArgAction::Set)]
    pub(crate) foreign_comments: bool,
    /// List what is suppressed as well, with the reason
    #[arg(long, global = true)]
    pub(crate) show_suppressed: bool,
}

/// What to do with configs.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check a config; by default what is in force here
    Check {
        /// The config
        file: Option<PathBuf>,
    },
    /// Print what is in force here, and from where
    Show,
}

/// What to do with baselines.
#[derive(Debug, Subcommand)]
pub(crate) enum BaselineCommand {
    /// Write a baseline of all that is found now
    Create(BaselineArgs),
    /// Add what is new, and refresh the paths of what is known
    Update(BaselineArgs),
    /// Take out what is no longer there
    Prune(BaselineArgs),
}

impl BaselineCommand {
    /// What every one of them takes.
    pub(crate) fn args(&self) -> &BaselineArgs {
        match self {
            Self::Create(args) | Self::Update(args) | Self::Prune(args) => args,
        }
    }
}

/// A baseline and what it is about.
#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    /// The baseline
    pub(crate) file: PathBuf,
    /// Files and folders; with --history, the repository
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Scan the whole history of the repository, not its files
    #[arg(long)]
    pub(crate) history: bool,
}
