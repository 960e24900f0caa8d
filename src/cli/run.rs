//! Doing it: wires source, scanner, collector and reports.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::CommandFactory as _;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use tokensieve::collect::Collector;
use tokensieve::finding::Finding;
use tokensieve::mask::Masker;
use tokensieve::outcome::Outcome;
use tokensieve::report::{Hidden, Report};
use tokensieve::scanner::Scanner;
use tokensieve::source::{Progress, Run};

use super::args::Cli;
use super::output::{self, Streams};
use super::plan::{Plan, ScanPlan};
use super::{hook, progress, rules, why};

/// Carries a plan out.
///
/// # Errors
/// What stops the whole run: a report that could not be written.
pub(crate) fn run(plan: Plan) -> anyhow::Result<Outcome> {
    match plan {
        Plan::Scan(plan) => scan(*plan),
        Plan::Rules(command, format, all) => rules::run(command, format, &all),
        Plan::Why(rules, text, path) => why::run(rules, &text, path.as_str().into()),
        Plan::Hook(plan) => hook::run(&plan),
        Plan::Completions(shell) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tokensieve", &mut script);
            output::print(&script)
        }
        Plan::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            output::print(&page)
        }
    }
}

/// The first SIGINT or SIGTERM ends the scan, with a report of what was found so far; a second one ends
/// the program.
fn stop_on_signals(counters: &Progress) -> anyhow::Result<()> {
    for signal in [SIGINT, SIGTERM] {
        let armed = Arc::new(AtomicBool::new(false));
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&armed))?;
        flag::register(signal, armed)?;
        flag::register_usize(signal, Arc::clone(&counters.stop), signal as usize)?;
    }
    Ok(())
}

fn scan(plan: ScanPlan) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    super::log::start(plan.quiet, plan.verbose);
    let scanner = Scanner::new(plan.rules);
    let collector = Collector::default();
    let counters = Arc::new(Progress::default());
    stop_on_signals(&counters)?;
    {
        let _display = progress::show(&counters, plan.quiet);
        let run = Run {
            scanner: &scanner,
            collector: &collector,
            dotenv: plan.dotenv,
            threads: plan.threads,
            progress: &counters,
        };
        plan.source.scan(&run);
    }
    let (all, mut coverage) = collector.finish();
    let signal = counters.stop.load(Ordering::Relaxed);
    coverage.interrupted |= signal != 0;
    let masker = Masker::of(&all);
    let (shown, low): (Vec<Finding>, Vec<Finding>) =
        all.into_iter().partition(|f| f.confidence >= plan.confidence);
    let report = Report {
        findings: &shown,
        coverage: &coverage,
        hidden: Hidden { low_confidence: low.len() as u64, ..Hidden::default() },
        root: &plan.root,
        elapsed: started.elapsed(),
        command: plan.command,
        show_secrets: plan.show_secrets,
        masker: &masker,
        config_hash: "",
    };
    let streams = Streams { color: plan.color, quiet: plan.quiet, verbose: plan.verbose };
    streams.write(&report, plan.format, &plan.outputs)?;
    if signal != 0 {
        return Ok(Outcome::Interrupted(signal));
    }
    Ok(Outcome::of(shown.len(), coverage.is_complete(), plan.leniency))
}
