//! The text of hooks: small scripts for any POSIX shell.
//!
//! A hook runs what was there before it, then hands over to the tool. The tool is the file that installed
//! the hook or, when that is gone, the one in `PATH`; without either the hook fails, because a check that
//! cannot run must not pass.

use std::path::Path;

use bstr::{ByteSlice, ByteVec};

use super::super::args::HookName;
use super::place::Layout;

/// The line by which the tool knows what it wrote.
const MARK: &str = "# Written by `tokensieve hook install`; `tokensieve hook uninstall` takes it away.";
/// The line that tells a hook that only passes on from one that scans.
const PASSES_ON: &str = "# core.hooksPath hides a repository's own hooks from git: this one runs them.";

/// What the name of a kept hook ends with.
pub(super) const KEPT: &str = "before-tokensieve";

/// Hooks that git runs on a client or, for a push into a local repository, beside it. Left out are those
/// that would change what git does by being there (`push-to-checkout`, `proc-receive`) and those that run so
/// often that a shell for each would be felt (`reference-transaction`, `post-index-change`).
pub(super) const PASSED_ON: [&str; 19] = [
    "applypatch-msg",
    "commit-msg",
    "post-applypatch",
    "post-checkout",
    "post-commit",
    "post-merge",
    "post-receive",
    "post-rewrite",
    "post-update",
    "pre-applypatch",
    "pre-auto-gc",
    "pre-commit",
    "pre-merge-commit",
    "pre-push",
    "pre-rebase",
    "pre-receive",
    "prepare-commit-msg",
    "sendemail-validate",
    "update",
];

/// Whether the tool wrote this hook.
pub(super) fn is_ours(text: &[u8]) -> bool {
    has_line(text, MARK)
}

/// Whether the tool wrote this hook, and it scans.
pub(super) fn scans(text: &[u8]) -> bool {
    is_ours(text) && !has_line(text, PASSES_ON)
}

fn has_line(text: &[u8], line: &str) -> bool {
    text.lines().take(3).any(|l| l == line.as_bytes())
}

/// The command that a hook runs, as a shell and as lefthook's settings write it.
pub(super) fn command(hook: HookName, argument: &str) -> String {
    match hook {
        HookName::PreCommit => "git --staged".to_owned(),
        HookName::PrePush => format!("git --pre-push --remote {argument}"),
        HookName::CommitMsg => format!("hook message {argument}"),
    }
}

/// A hook that scans. `program` is where the tool is; none for a file that other machines get, too.
pub(super) fn hook(name: HookName, layout: Layout, program: Option<&Path>) -> Vec<u8> {
    let mut text = format!("#!/bin/sh\n{MARK}\n\n").into_bytes();
    text.extend(find_tool(program));
    text.extend(previous(name, layout).into_bytes());
    let command = command(name, "\"$1\"");
    let last = match name {
        HookName::PrePush => format!("exec \"$tokensieve\" {command} <<END\n$pushes\nEND\n"),
        _ => format!("exec \"$tokensieve\" {command}\n"),
    };
    text.extend(last.into_bytes());
    text
}

/// A hook that only runs the repository's own.
pub(super) fn passing_on(name: &str) -> Vec<u8> {
    let own = own_hook(name);
    format!("#!/bin/sh\n{MARK}\n{PASSES_ON}\n\nown={own}\n[ ! -x \"$own\" ] || exec \"$own\" \"$@\"\n")
        .into_bytes()
}

/// Sets `$tokensieve`, or fails.
fn find_tool(program: Option<&Path>) -> Vec<u8> {
    let mut text = Vec::new();
    match program {
        Some(program) => {
            text.push_str("tokensieve=");
            text.push_str(quoted(program));
            text.push_str("\n[ -x \"$tokensieve\" ] || tokensieve=tokensieve\n");
        }
        None => text.push_str("tokensieve=tokensieve\n"),
    }
    text.push_str(
        "command -v \"$tokensieve\" >/dev/null || {\n    \
             echo \"$0: tokensieve is not installed (no longer where it was, and not in PATH): nothing was checked\"\n    \
             exit 2\n\
         } >&2\n",
    );
    text
}

/// A path between single quotes, with `/` on every system.
fn quoted(path: &Path) -> Vec<u8> {
    let bytes =
        <[u8]>::from_path(path).map_or_else(|| path.to_string_lossy().into_owned().into(), <[u8]>::to_vec);
    let bytes = if cfg!(windows) { bytes.replace("\\", "/") } else { bytes };
    [b"'", bytes.replace("'", r"'\''").as_slice(), b"'"].concat()
}

/// Runs the hook that was there before, unless it is what runs this one: through any detour (the variable),
/// or as the framework pre-commit does, which renames this one to `.legacy` and takes its place.
fn previous(name: HookName, layout: Layout) -> String {
    let name = file_name(name);
    let path = match layout {
        Layout::AllRepositories => own_hook(name),
        Layout::Git | Layout::Husky => format!("${{0%/*}}/{name}.{KEPT}"),
    };
    // Husky runs its files with a shell, executable or not.
    let (is_there, run) = match layout {
        Layout::Husky => ("-f", "sh -e \"$previous\""),
        Layout::Git | Layout::AllRepositories => ("-x", "\"$previous\""),
    };
    // Git says what is pushed once; the hook before needs it, too, without a blank line where it is nothing.
    let (read, give) = match name {
        "pre-push" => ("pushes=$(cat)\n", "[ -z \"$pushes\" ] || printf '%s\\n' \"$pushes\""),
        _ => ("", ""),
    };
    let pipe = if give.is_empty() { String::new() } else { format!("{{ {give}; }} |\n        ") };
    format!(
        "{read}previous={path}\n\
         if [ {is_there} \"$previous\" ] && [ \"$TOKENSIEVE_PREVIOUS\" != \"{name} in $PWD\" ] &&\n    \
             ! cmp -s \"$previous\" \"${{0%.legacy}}\"; then\n    \
             {pipe}TOKENSIEVE_PREVIOUS=\"{name} in $PWD\" {run} \"$@\" || exit\n\
         fi\n"
    )
}

/// Where git would look without core.hooksPath.
fn own_hook(name: &str) -> String {
    format!("$(git rev-parse --git-common-dir)/hooks/{name}")
}

/// What git calls the hook.
pub(super) fn file_name(hook: HookName) -> &'static str {
    match hook {
        HookName::PreCommit => "pre-commit",
        HookName::PrePush => "pre-push",
        HookName::CommitMsg => "commit-msg",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [HookName; 3] = [HookName::PreCommit, HookName::PrePush, HookName::CommitMsg];

    #[test]
    fn what_was_written_is_known_again() {
        for name in ALL {
            for layout in [Layout::Git, Layout::Husky, Layout::AllRepositories] {
                let text = hook(name, layout, Some(Path::new("/bin/x")));
                assert!(is_ours(&text) && scans(&text));
            }
            assert!(PASSED_ON.contains(&file_name(name)));
        }
        let text = passing_on("post-commit");
        assert!(is_ours(&text) && !scans(&text));
        assert!(!is_ours(b"#!/bin/sh\ntokensieve git --staged\n"));
    }

    #[test]
    fn a_path_is_one_word_of_the_shell() {
        assert_eq!(quoted(Path::new("/a b/it's")), br"'/a b/it'\''s'");
    }
}
