//! `tokensieve hook`: installs hooks that scan before a commit or a push, and takes them away.
//!
//! | module | what it knows |
//! | --- | --- |
//! | `place` | where hooks go: git's folder, core.hooksPath, husky, lefthook, all repositories |
//! | `settings` | core.hooksPath itself |
//! | `script` | the text of a hook |
//! | `files` | writing it, keeping and restoring what was there |
//! | `message` | the commit message as a source, for the commit-msg hook |
//! | `framework` | what pre-commit wants read when it runs `git --staged` |
//!
//! No program is started: all is done by reading settings and writing files.

mod files;
pub(crate) mod framework;
pub(crate) mod message;
mod place;
mod script;
mod settings;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use tokensieve::outcome::Outcome;

use self::files::{Removed, Written};
use self::place::{Layout, Place};
use super::args::{HookArgs, HookName};
use super::output;

const ALL: [HookName; 3] = [HookName::PreCommit, HookName::PrePush, HookName::CommitMsg];

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Write hooks.
    Install,
    /// Take them away.
    Uninstall,
}

/// What to do with which hooks.
pub(crate) struct Plan {
    change: Change,
    hooks: Vec<HookName>,
    /// Whether no hook was named.
    all: bool,
    global: bool,
    force: bool,
}

/// Fills in which hooks are meant where none is named.
pub(crate) fn plan(change: Change, args: HookArgs) -> Plan {
    let all = args.hooks.is_empty();
    let hooks = match change {
        _ if !all => args.hooks,
        Change::Install => vec![HookName::PreCommit],
        Change::Uninstall => ALL.to_vec(),
    };
    Plan { change, hooks, all, global: args.global, force: args.force }
}

/// Installs or removes hooks, and says what was done.
///
/// # Errors
/// No repository, settings that cannot be read or written, files likewise.
pub(crate) fn run(plan: &Plan) -> anyhow::Result<Outcome> {
    let mut said = String::new();
    let result = carry_out(plan, &mut said);
    // What was done before something failed was done all the same.
    output::print(said.as_bytes())?;
    result
}

fn carry_out(plan: &Plan, said: &mut String) -> anyhow::Result<Outcome> {
    if plan.change == Change::Install
        && !plan.global
        && !plan.force
        && let Some(file) = place::lefthook_file()
    {
        return advise(&file, &plan.hooks, said);
    }
    let (place, git_knows) =
        if plan.global { place::of_user()? } else { (place::of_repository(plan.force)?, true) };
    match plan.change {
        Change::Install => install(plan, &place, said)?,
        Change::Uninstall => uninstall(plan, &place, said)?,
    }
    if place.layout == Layout::AllRepositories {
        settle_users_folder(&place.folder, git_knows, said)?;
    }
    Ok(Outcome::Clean)
}

fn install(plan: &Plan, place: &Place, said: &mut String) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("the path of this program")?;
    let program = Some(program.as_path()).filter(|_| !place.is_shared);
    for &hook in &plan.hooks {
        let name = script::file_name(hook);
        let path = place.folder.join(name);
        let text = script::hook(hook, place.layout, program);
        say(
            said,
            &match files::install(&place.folder, name, &text, plan.force)? {
                Written::Already => format!("{} is installed already", shown(&path)),
                Written::BehindFramework => {
                    format!("{} is pre-commit's, which runs tokensieve's hook first", shown(&path))
                }
                Written::New => format!("Installed {}", shown(&path)),
                Written::Kept(kept) => {
                    format!(
                        "Installed {}\nThe hook that was there runs first; it is kept as {}",
                        shown(&path),
                        shown(&kept)
                    )
                }
            },
        );
    }
    if let Some(note) = &place.note {
        say(said, &format!("Note: {note}"));
    }
    Ok(())
}

fn uninstall(plan: &Plan, place: &Place, said: &mut String) -> anyhow::Result<()> {
    let before = said.len();
    for &hook in &plan.hooks {
        let name = script::file_name(hook);
        let path = shown(&place.folder.join(name));
        match files::uninstall(&place.folder, name)? {
            Removed::Gone => say(said, &format!("Removed {path}")),
            Removed::Restored => {
                say(said, &format!("Removed {path}; the hook that was there before is back"))
            }
            Removed::NotOurs if !plan.all => say(said, &format!("{path} is not tokensieve's, and stays")),
            Removed::NotOurs | Removed::NotThere => {}
        }
    }
    if said.len() == before {
        say(said, &format!("Nothing to remove in {}", shown(&place.folder)));
    }
    Ok(())
}

/// Has the user's folder run the repositories' own hooks, as long as one of its hooks scans; else takes it
/// away. Tells git of it likewise.
fn settle_users_folder(folder: &Path, git_knows: bool, said: &mut String) -> anyhow::Result<()> {
    let scans =
        |name: &str| anyhow::Ok(files::read(&folder.join(name))?.is_some_and(|text| script::scans(&text)));
    let mut scanning = Vec::new();
    for hook in ALL {
        let name = script::file_name(hook);
        if scans(name)? {
            scanning.push(name);
        }
    }
    if scanning.is_empty() {
        settings::unset_users_hooks_path(folder)?;
        for name in script::PASSED_ON {
            files::uninstall(folder, name)?;
        }
        // Whatever else is in it keeps the folder.
        let _ = std::fs::remove_dir(folder);
        return Ok(());
    }
    for name in script::PASSED_ON.iter().filter(|name| !scanning.contains(name)) {
        files::install(folder, name, &script::passing_on(name), false)?;
    }
    if !git_knows {
        let file = settings::set_users_hooks_path(folder)?;
        say(said, &format!("Set core.hooksPath in {}", shown(&file)));
    }
    Ok(())
}

/// Says what to add to lefthook's settings. Until it is there, nothing is installed.
fn advise(file: &Path, hooks: &[HookName], said: &mut String) -> anyhow::Result<Outcome> {
    let text = std::fs::read_to_string(file).with_context(|| shown(file))?;
    let command = |hook| format!("tokensieve {}", script::command(hook, "{1}"));
    let missing: Vec<HookName> =
        hooks.iter().copied().filter(|hook| !text.contains(&command(*hook))).collect();
    if missing.is_empty() {
        say(said, &format!("{} runs tokensieve already", shown(file)));
        return Ok(Outcome::Clean);
    }
    say(said, &format!("Lefthook runs the hooks here, so nothing was written. Add to {}:\n", shown(file)));
    for hook in missing {
        let name = script::file_name(hook);
        let input = if hook == HookName::PrePush { "\n      use_stdin: true" } else { "" };
        say(said, &format!("{name}:\n  commands:\n    tokensieve:\n      run: {}{input}", command(hook)));
    }
    Ok(Outcome::Incomplete)
}

fn say(said: &mut String, line: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(said, "{line}");
}

/// A path as it may be printed: from the current folder where it lies below, without control characters.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).ok();
    let short = here.and_then(|here| path.strip_prefix(here).ok());
    short.unwrap_or(path).display().to_string().escape_debug().to_string()
}
