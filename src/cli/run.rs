//! Doing it: wires source, scanner, collector and reports.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::CommandFactory as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use tokensieve::collect::{self, Collector};
use tokensieve::coverage::Coverage;
use tokensieve::finding::Finding;
use tokensieve::mask::Masker;
use tokensieve::outcome::Outcome;
use tokensieve::report::{Hidden, Report};
use tokensieve::scanner::Scanner;
use tokensieve::source::{Progress, Run};

use super::args::Cli;
use super::output::{self, Streams};
use super::plan::{Plan, ScanPlan};
use super::{actions, baseline, fix, hook, migrate, policy, progress, rules, why};

/// Carries a plan out.
///
/// # Errors
/// What stops the whole run: a report that could not be written.
pub(crate) fn run(plan: Plan) -> anyhow::Result<Outcome> {
    match plan {
        Plan::Scan(plan) => scan(Box::leak(plan)),
        Plan::Rules(command, format, all) => rules::run(command, format, &all),
        Plan::Config(command, common) => policy::command::run(&command, &common),
        Plan::Baseline(command, plan) => baseline::run(&command, Box::leak(plan)),
        Plan::Fix(plan) => fix::run(Box::leak(plan)),
        Plan::Migrate(folder, common) => migrate::run(&folder, &common),
        Plan::Why(rules, policy, depths, question) => why::run(rules, &policy, depths, &question),
        Plan::Hook(plan) => hook::run(&plan),
        Plan::Completions(shell) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tokensieve", &mut script);
            output::print(&script)
        }
        Plan::Man(Some(folder)) => {
            clap_mangen::generate_to(Cli::command(), &folder)
                .with_context(|| folder.display().to_string())?;
            Ok(Outcome::Clean)
        }
        Plan::Man(None) => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            output::print(&page)
        }
    }
}

/// How long the workers may take to come to an end after a signal: one may be in the middle of a large file,
/// or wait for standard input. What they found until then is reported without them.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the wish to stop is looked at.
const TICK: Duration = Duration::from_millis(50);
/// Stack of the thread that scans, in bytes: what the main thread has on most systems.
const STACK: usize = 8 << 20;

/// The first SIGINT or SIGTERM ends the scan, with a report of what was found so far; a second one, or the
/// first after the scan, ends the program. What is given says whether the next one does.
fn stop_on_signals(counters: &Progress) -> anyhow::Result<Arc<AtomicBool>> {
    let armed = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&armed))?;
        flag::register(signal, Arc::clone(&armed))?;
        flag::register_usize(signal, Arc::clone(&counters.stop), signal as usize)?;
    }
    Ok(armed)
}

/// What a scan found.
pub(crate) struct Found {
    /// All findings, also those that are not to be shown.
    pub(crate) findings: Vec<Finding>,
    pub(crate) coverage: Coverage,
    /// The signal that ended it early; 0 for none.
    pub(crate) signal: usize,
}

/// Scans what the plan says; keeps so many findings in full. The plan lives as long as the process, since
/// after a signal the workers may be left behind.
///
/// # Errors
/// Signals cannot be listened to, or no thread can be started.
pub(crate) fn read(plan: &'static ScanPlan, kept: usize) -> anyhow::Result<Found> {
    super::log::start(plan.quiet, plan.verbose);
    let collector: &'static Collector = Box::leak(Box::new(Collector::new(kept)));
    let counters = Arc::new(Progress::default());
    let armed = stop_on_signals(&counters)?;
    let ended = {
        let _display = progress::show(&counters, plan.quiet);
        wait(&start(plan, collector, &counters)?, &counters)
    };
    armed.store(true, Ordering::Relaxed);
    let (mut findings, mut coverage) = collector.finish();
    plan.policy.adjust(&mut findings);
    let signal = counters.stop.load(Ordering::Relaxed);
    coverage.interrupted |= signal != 0;
    if ended.is_err() && signal == 0 {
        coverage.fail(plan.root.as_str(), "internal error: the scan ended early");
    }
    Ok(Found { findings, coverage, signal })
}

/// Starts the scan in a thread of its own, which says so when it has come to its end.
fn start(
    plan: &'static ScanPlan,
    collector: &'static Collector,
    counters: &Arc<Progress>,
) -> anyhow::Result<Receiver<()>> {
    let (say, ended) = mpsc::channel();
    let counters = Arc::clone(counters);
    let scan = move || {
        let scanner = Scanner::with_options(plan.rules.clone(), plan.depths).on(plan.policy.today);
        plan.source.scan(&Run {
            scanner: &scanner,
            collector,
            suppressor: &plan.policy.suppressor,
            today: plan.policy.today,
            dotenv: plan.dotenv,
            threads: plan.threads,
            progress: &counters,
        });
        // Nobody listens any more after a signal.
        let _ = say.send(());
    };
    thread::Builder::new().name("scan".to_owned()).stack_size(STACK).spawn(scan)?;
    Ok(ended)
}

/// Waits for the end of the scan, after a signal not for long.
///
/// # Errors
/// The scan did not come to its end.
fn wait(ended: &Receiver<()>, counters: &Progress) -> Result<(), RecvTimeoutError> {
    while !counters.stopped() {
        match ended.recv_timeout(TICK) {
            Err(RecvTimeoutError::Timeout) => {}
            result => return result,
        }
    }
    ended.recv_timeout(PATIENCE)
}

fn scan(plan: &'static ScanPlan) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let Found { findings, mut coverage, signal } = read(plan, collect::KEPT)?;
    let masker = Masker::of(&findings);
    let (sure, low): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|f| f.confidence >= plan.confidence);
    let (shown, suppressed): (Vec<Finding>, Vec<Finding>) =
        sure.into_iter().partition(|f| f.suppressed.is_none());
    let (more_low, more_suppressed) = coverage.take_hidden(plan.confidence);
    let folder = folder_name(&plan.root);
    let report = Report {
        findings: &shown,
        suppressed: if plan.policy.show_suppressed { &suppressed } else { &[] },
        coverage: &coverage,
        hidden: Hidden {
            low_confidence: low.len() as u64 + more_low,
            suppressed: suppressed.len() as u64 + more_suppressed,
            ..Hidden::default()
        },
        root: &plan.root,
        folder: folder.as_deref(),
        elapsed: started.elapsed(),
        command: plan.command,
        show_secrets: plan.show_secrets,
        masker: &masker,
        config_hash: &plan.policy.hash(),
    };
    let streams = Streams { color: plan.color, quiet: plan.quiet, verbose: plan.verbose };
    let written = streams.write(&report, plan.format, &plan.outputs);
    let summed = plan.job_summary.as_ref().map_or(Ok(()), |file| actions::summarise(&report, file));
    tell_of_policy(plan, &masker, signal != 0);
    let remedied = plan.remediation.as_ref().map_or(Ok(()), |remediation| remediation.write(&report));
    written.and(summed).and(remedied)?;
    if signal != 0 {
        return Ok(Outcome::Interrupted(signal));
    }
    Ok(Outcome::of(shown.len() + coverage.more() as usize, coverage.is_complete(), plan.leniency))
}

/// The name of the folder that a root without a name, such as `.`, stands for.
fn folder_name(root: &str) -> Option<String> {
    let unnamed = Path::new(root).file_name().is_none();
    let folder = unnamed.then(|| Path::new(root).canonicalize().ok())??;
    Some(folder.file_name()?.to_string_lossy().into_owned())
}

/// Says what the user must know of the policy. What matched nothing is news only where everything was read.
fn tell_of_policy(plan: &ScanPlan, masker: &Masker, interrupted: bool) {
    let is_whole = matches!(plan.command, "dir" | "git") && !interrupted && !plan.quiet;
    let unused = if is_whole { plan.policy.unused(plan.verbose) } else { Vec::new() };
    for message in plan.policy.messages.iter().chain(&unused) {
        super::tell(&masker.mask(message.as_bytes()));
    }
}
