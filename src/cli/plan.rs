//! What to do: a typed command line, checked and with its defaults filled in. No scan input or output yet.

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::PathBuf;
use std::time::SystemTime;

use anyhow::{Context as _, bail};
use tokensieve::config::Config;
use tokensieve::outcome::Leniency;
use tokensieve::report::Format;
use tokensieve::rule::{self, Confidence, Rule};
use tokensieve::scanner::Depths;
use tokensieve::source::Source;
use tokensieve::source::files::Files;
use tokensieve::source::history::Location;
use tokensieve::source::repository::staged::Staged;
use tokensieve::source::repository::{OtherSide, Part, REFS_NAMED, Repository, parse_pushes};
use tokensieve::source::stdin::Stream;

use super::args::{ColorArg, Command, Common, GitArgs, HookCommand, RulesCommand};
use super::fix::{self, FixPlan};
use super::hook::framework::{self, Wish};
use super::hook::message::CommitMessage;
use super::hook::{self, Change};
use super::policy::args::{BaselineCommand, ConfigCommand};
use super::policy::{Home, Policy};
use super::remediation::Remediation;
use super::why::Question;

/// What to do.
pub(crate) enum Plan {
    /// Scan and report.
    Scan(Box<ScanPlan>),
    /// Print something about rules.
    Rules(RulesCommand, Format, Vec<&'static Rule>),
    /// Check or show the config.
    Config(ConfigCommand, Common),
    /// Write a baseline of what this scan finds.
    Baseline(BaselineCommand, Box<ScanPlan>),
    /// Show what to do about one finding.
    Fix(Box<FixPlan>),
    /// Make a config of the files of other scanners in this folder.
    Migrate(PathBuf, Common),
    /// Explain what the rules and the policy make of a text.
    Why(Vec<&'static Rule>, Box<Policy>, Depths, Question),
    /// Install or remove hooks.
    Hook(hook::Plan),
    /// Print a completion script.
    Completions(clap_complete::Shell),
    /// Print the manual page, or write all of them into this folder.
    Man(Option<PathBuf>),
}

/// A scan.
pub(crate) struct ScanPlan {
    pub(crate) command: &'static str,
    pub(crate) root: String,
    pub(crate) source: Box<dyn Source>,
    pub(crate) rules: Vec<&'static Rule>,
    pub(crate) policy: Policy,
    pub(crate) depths: Depths,
    pub(crate) dotenv: bool,
    pub(crate) threads: usize,
    pub(crate) format: Format,
    /// Where a summary of the job is appended.
    pub(crate) job_summary: Option<PathBuf>,
    pub(crate) outputs: Vec<(Format, PathBuf)>,
    pub(crate) confidence: Confidence,
    pub(crate) show_secrets: bool,
    pub(crate) leniency: Leniency,
    pub(crate) color: ColorArg,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
    /// Where to write what to do.
    pub(crate) remediation: Option<Remediation>,
}

/// Makes a plan of a command line.
///
/// # Errors
/// A rule file that cannot be read or is wrong, a rule that does not exist, an unknown format.
pub(crate) fn plan(common: Common, command: Command) -> anyhow::Result<Plan> {
    let max_file_size = common.max_file_size;
    match command {
        Command::Dir(args) => {
            let root = args.paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(" ");
            let files = Files { paths: args.paths, no_ignore: args.no_ignore, max_file_size };
            let policy = Policy::read(&common, &Home::Paths(&files.paths))?;
            let path = files.paths.first().cloned().unwrap_or_default();
            let mut plan = scan_plan(common, "dir", root, Box::new(files), policy)?;
            plan.remediation = Remediation::wanted(args.remediation, path, false);
            Ok(Plan::Scan(Box::new(plan)))
        }
        Command::Git(args) => git(common, args),
        Command::Stdin(_) => {
            let source = Stream::new(std::io::stdin(), max_file_size);
            let policy = Policy::read(&common, &Home::Paths(&[]))?;
            scan(common, "stdin", "-".to_owned(), Box::new(source), policy)
        }
        Command::Rules(command) => rules(&common, command),
        Command::Config(command) => Ok(Plan::Config(command, common)),
        Command::Baseline(command) => baseline(common, command),
        Command::Fix(args) => fix::plan(common, args).map(|plan| Plan::Fix(Box::new(plan))),
        Command::Migrate { folder } => Ok(Plan::Migrate(folder, common)),
        Command::Why(args) => {
            let question = match (args.text, args.at) {
                (Some(text), _) => Question::text(text.into_encoded_bytes()),
                (None, at) => Question::at(&at.unwrap_or_default())?,
            };
            let policy = here(&common)?;
            let rules = select(all_rules(&policy.config), &common.rule, &common.exclude_rule)?;
            Ok(Plan::Why(rules, Box::new(policy), common.limits.depths(), question))
        }
        Command::Hook(HookCommand::Install(args)) => Ok(Plan::Hook(hook::plan(Change::Install, args))),
        Command::Hook(HookCommand::Uninstall(args)) => Ok(Plan::Hook(hook::plan(Change::Uninstall, args))),
        Command::Hook(HookCommand::Message { file }) => {
            let root = file.display().to_string();
            let policy = Policy::read(&common, &Home::Paths(&[]))?;
            scan(common, "message", root, Box::new(CommitMessage { file, max_file_size }), policy)
        }
        Command::Completions { shell } => Ok(Plan::Completions(shell)),
        Command::Man { folder } => Ok(Plan::Man(folder)),
    }
}

fn scan(
    common: Common,
    command: &'static str,
    root: String,
    source: Box<dyn Source>,
    policy: Policy,
) -> anyhow::Result<Plan> {
    scan_plan(common, command, root, source, policy).map(|plan| Plan::Scan(Box::new(plan)))
}

/// The plan of a scan.
///
/// # Errors
/// As for [`plan`].
pub(crate) fn scan_plan(
    common: Common,
    command: &'static str,
    root: String,
    source: Box<dyn Source>,
    policy: Policy,
) -> anyhow::Result<ScanPlan> {
    let (format, job_summary) = match common.format {
        Some(format) => (format, None),
        None => super::actions::format(),
    };
    let outputs = common.output.iter().map(|o| parse_output(o, format)).collect::<Result<_, _>>()?;
    let threads = common.threads.map_or_else(default_threads, usize::from);
    let rules = select(all_rules(&policy.config), &common.rule, &common.exclude_rule)?;
    let confidence = common.confidence.map(Confidence::from).or(policy.config.confidence);
    Ok(ScanPlan {
        command,
        root,
        source,
        depths: common.limits.depths(),
        dotenv: rules.iter().any(|r| r.id == rule::DOTENV.id),
        rules,
        threads,
        format,
        job_summary,
        outputs,
        confidence: confidence.unwrap_or(Confidence::Medium),
        policy,
        show_secrets: common.show_secrets,
        leniency: Leniency { exit_zero: common.exit_zero, allow_incomplete: common.allow_incomplete },
        color: common.color,
        quiet: common.quiet,
        verbose: common.verbose,
        remediation: None,
    })
}

/// The policy of the current folder, or of the bare repository that it is.
pub(crate) fn here(common: &Common) -> anyhow::Result<Policy> {
    let repository = repository(PathBuf::from("."), common.max_file_size);
    let is_bare = Location::discover(&repository.path).is_ok_and(|location| location.work_dir.is_none());
    let home = if is_bare { Home::Repository(&repository) } else { Home::Paths(&[]) };
    Policy::read(common, &home)
}

/// The plan of `rules`. Files are checked by themselves, whatever the config says.
fn rules(common: &Common, command: RulesCommand) -> anyhow::Result<Plan> {
    let format = common.format.unwrap_or(Format::Text);
    let policy = match &command {
        RulesCommand::Check { .. } => Policy::none(),
        RulesCommand::List | RulesCommand::Show { .. } => here(common)?,
    };
    if let RulesCommand::Show { id } = &command
        && let Some(named) = policy.config.disabled.iter().find(|named| named.id == *id)
    {
        bail!("the rule {id} is switched off: {}", named.place);
    }
    Ok(Plan::Rules(command, format, all_rules(&policy.config)))
}

/// The plan of `git`. The environment that git sets for hooks counts only where no repository is named.
fn git(common: Common, args: GitArgs) -> anyhow::Result<Plan> {
    let max_file_size = common.max_file_size;
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|_| args.repo.is_none());
    let path = args.repo.clone().or_else(|| variable("GIT_DIR")).unwrap_or_else(|| PathBuf::from("."));
    let root = path.display().to_string();
    let wish = framework::wish(&variable);
    let remediation = |history| Remediation::wanted(args.remediation.clone(), path.clone(), history);
    if args.staged && !matches!(wish, Wish::History(_)) {
        let remediation = remediation(false);
        let staged = Staged { path, index: variable("GIT_INDEX_FILE"), max_file_size };
        let policy = Policy::read(&common, &Home::Staged(&staged.path, staged.index.as_deref()))?;
        let source: Box<dyn Source> = match wish {
            Wish::Everything => Box::new(framework::everything(staged)),
            _ => Box::new(staged),
        };
        let plan = ScanPlan { remediation, ..scan_plan(common, "staged", root, source, policy)? };
        return Ok(Plan::Scan(Box::new(plan)));
    }
    let object_dirs = if args.pre_receive { quarantine(&variable) } else { Vec::new() };
    let (command, part) = match wish {
        Wish::History(part) if args.staged => ("range", part),
        Wish::History(_) | Wish::Everything if args.pre_push => bail!(framework::NO_LINES),
        _ => part(&args)?,
    };
    let remediation = remediation(true);
    let source = Repository {
        part,
        recurse_submodules: args.recurse_submodules,
        object_dirs,
        refs_named: if remediation.is_some() { usize::MAX } else { REFS_NAMED },
        ..repository(path, max_file_size)
    };
    let home = match source.part {
        Part::Everything { .. } | Part::Branches(_) => Home::Repository(&source),
        _ => Home::Change(&source),
    };
    let policy = Policy::read(&common, &home)?;
    let plan = ScanPlan { remediation, ..scan_plan(common, command, root, Box::new(source), policy)? };
    Ok(Plan::Scan(Box::new(plan)))
}

/// All that is reachable in the repository at `path`.
pub(crate) fn repository(path: PathBuf, max_file_size: u64) -> Repository {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    Repository {
        path,
        part: Part::Everything { unreachable: false },
        recurse_submodules: false,
        max_file_size,
        now: i64::try_from(now).unwrap_or(i64::MAX),
        object_dirs: Vec::new(),
        refs_named: REFS_NAMED,
    }
}

/// The plan of `baseline`: a scan by the policy in force.
fn baseline(common: Common, command: BaselineCommand) -> anyhow::Result<Plan> {
    let args = command.args();
    let max_file_size = common.max_file_size;
    let root = args.paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(" ");
    let (name, source, policy): (_, Box<dyn Source>, _) = if args.history {
        let [path] = &args.paths[..] else { bail!("--history takes one repository") };
        let source = repository(path.clone(), max_file_size);
        let policy = Policy::read(&common, &Home::Repository(&source))?;
        ("git", Box::new(source), policy)
    } else {
        let source = Files { paths: args.paths.clone(), no_ignore: false, max_file_size };
        let policy = Policy::read(&common, &Home::Paths(&source.paths))?;
        ("dir", Box::new(source), policy)
    };
    let plan = scan_plan(common, name, root, source, policy)?;
    Ok(Plan::Baseline(command, Box::new(plan)))
}

/// Where git keeps the objects of a push until a hook lets them in.
fn quarantine(variable: &impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let folders = ["GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY"].into_iter().filter_map(variable);
    let alternates = variable("GIT_ALTERNATE_OBJECT_DIRECTORIES");
    let alternates = alternates.iter().flat_map(|list| std::env::split_paths(list).collect::<Vec<_>>());
    folders.chain(alternates).filter(|folder| folder.is_dir()).collect()
}

fn part(args: &GitArgs) -> anyhow::Result<(&'static str, Part)> {
    if args.pre_push || args.pre_receive {
        let mut lines = Vec::new();
        std::io::stdin().read_to_end(&mut lines).context("standard input")?;
        let pushes = parse_pushes(&lines).map_err(|e| anyhow::anyhow!("standard input: {e}"))?;
        let other = if args.pre_push { OtherSide::Remote(args.remote.clone()) } else { OtherSide::Here };
        return Ok(("push", Part::Pushes(pushes, other)));
    }
    Ok(match (&args.range, &args.since, args.commits) {
        (Some(range), ..) => ("range", Part::Range(range.clone())),
        (_, Some(revision), _) => ("range", Part::Since(revision.clone())),
        (.., Some(count)) => ("range", Part::Commits(count)),
        _ if !args.branch.is_empty() => ("git", Part::Branches(args.branch.clone())),
        _ => ("git", Part::Everything { unreachable: args.unreachable }),
    })
}

fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The rules that the config leaves in force: built in, its own, and those of the user's files.
fn all_rules(config: &Config) -> Vec<&'static Rule> {
    let mut rules = config.rule_set(rule::embedded());
    if config.inherit && !config.is_disabled(rule::DOTENV.id) {
        rules.push(&rule::DOTENV);
    }
    rules
}

fn select(rules: Vec<&'static Rule>, only: &[String], not: &[String]) -> anyhow::Result<Vec<&'static Rule>> {
    for id in only.iter().chain(not) {
        if !rules.iter().any(|r| r.id == id) {
            bail!("there is no rule {id:?}; `tokensieve rules list` names them");
        }
    }
    let wanted =
        |r: &&Rule| (only.is_empty() || only.iter().any(|id| id == r.id)) && !not.iter().any(|id| id == r.id);
    Ok(rules.into_iter().filter(wanted).collect())
}

/// `FORMAT=FILE`, or `FILE` in the format of standard output.
fn parse_output(argument: &OsStr, default: Format) -> anyhow::Result<(Format, PathBuf)> {
    let text = argument.to_string_lossy();
    if let Some((name, file)) = text.split_once('=')
        && let Ok(format) = name.parse()
    {
        return Ok((format, PathBuf::from(file)));
    }
    Ok((default, PathBuf::from(argument)))
}
