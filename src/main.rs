//! The `tokensieve` program: parses, runs, and maps the result to an exit code.

mod cli;

use std::process::ExitCode;

use cli::{args, plan, run};
use tokensieve::outcome::Outcome;

fn main() -> ExitCode {
    match args::parse(std::env::args_os().collect()) {
        Ok(typed) => match plan::plan(typed.common, typed.command).and_then(run::run) {
            Ok(outcome) => outcome.into(),
            Err(error) => {
                cli::complain(&error);
                Outcome::Incomplete.into()
            }
        },
        Err(error) => {
            let wrong_usage = error.use_stderr();
            // A closed pipe behind `--help` is no news.
            let _ = error.print();
            if wrong_usage { Outcome::Incomplete.into() } else { ExitCode::SUCCESS }
        }
    }
}
