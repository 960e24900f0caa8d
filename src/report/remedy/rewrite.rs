//! The commands that take secrets out of a history, with git-filter-repo. They are shown, never run.
//!
//! | who has it | where to rewrite |
//! | --- | --- |
//! | a remote | in a fresh clone with all refs of that remote, which then replaces it |
//! | this repository, which has no remote | in place, stashes included |
//! | this repository, while its remotes have it not | in place, and only the refs that lead to it |

use std::collections::BTreeSet;
use std::io::{self, Write};

use bstr::{BString, ByteSlice as _, ByteVec as _};

use super::{Remedy, commands, replacements};
use crate::finding::Finding;
use crate::report::clean::Cleaner;
use crate::report::record::Record;
use crate::shell::quote;
use crate::source::repository::{Copies, Remote};

impl Remedy<'_> {
    /// Writes how to take what is in the history out of it.
    pub(super) fn write_rewrite(
        &self,
        findings: &[(&Finding, Record)],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        writeln!(out, "\n## Rewrite the history\n")?;
        let (Some(copies), true) = (self.copies, self.history) else {
            return writeln!(
                out,
                "The history was not read: `tokensieve git` tells whether it has any of this."
            );
        };
        if !Self::is_in_history(findings) {
            return writeln!(out, "No commit has any of this: nothing to rewrite.");
        }
        let refs = refs(findings.iter().map(|(finding, _)| *finding));
        let whole = self.whole_files(findings);
        if whole.is_empty() && self.options().is_none() {
            return writeln!(
                out,
                "No command takes this out without changing more: rewrite these commits by hand (`git rebase \
                 -i`), or write\nlines of your own for `git filter-repo --replace-text`."
            );
        }
        let published = self.published(copies, &refs);
        if published.is_empty() {
            self.local(copies, &refs, &whole, out)
        } else {
            self.remote(&published, &whole, out)
        }
    }

    /// The remotes that have it, as far as this repository knows.
    pub(super) fn published<'c>(&self, copies: &'c Copies, refs: &BTreeSet<&BString>) -> Vec<&'c Remote> {
        let has = |remote: &&Remote| {
            let prefix = [b"refs/remotes/", remote.name.as_slice(), b"/"].concat();
            refs.iter().any(|name| name.contains_str(&prefix))
        };
        copies.remotes.iter().filter(has).collect()
    }

    fn remote(&self, published: &[&Remote], whole: &[String], out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "A remote has it, so others may have fetched it: only revoking makes it harmless. To rewrite all \
             the same,\nmerge or close what is open, let nobody push meanwhile, and replace the remote from a \
             fresh clone:"
        )?;
        for (number, remote) in (1..).zip(published) {
            let folder = if number == 1 { "rewritten".to_owned() } else { format!("rewritten-{number}") };
            let clone = format!("git clone {} {folder} && cd {folder}", self.word(remote.url.as_bytes()));
            let replace = self.options().map(|o| format!("git filter-repo --sensitive-data-removal {o}"));
            let replace: Vec<String> = replace.into_iter().collect();
            let push = "git push --force --mirror origin".to_owned();
            commands(&[vec![clone], replace, drop_files(whole, ""), vec![push]].concat(), out)?;
        }
        writeln!(
            out,
            "\nA forge refuses to replace refs of its own, such as those of pull requests: its support can \
             delete them\nand what it has cached."
        )
    }

    fn local(
        &self,
        copies: &Copies,
        refs: &BTreeSet<&BString>,
        whole: &[String],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        writeln!(
            out,
            "As far as this repository knows no remote has it. Commit or put away what is not committed: the \
             working\ntree is reset. The copy to fall back on holds the secret: delete it when all is well."
        )?;
        let stashed = refs.iter().any(|name| name.contains_str("refs/stash"));
        let mut lines = vec![
            format!("cd {}", self.path(&copies.root)),
            "git clone --mirror . ../before-the-rewrite.git".to_owned(),
        ];
        if copies.remotes.is_empty() {
            lines.extend(self.options().map(|o| format!("git filter-repo --force {o}")));
            lines.extend(drop_files(whole, ""));
        } else {
            let only = self.only(refs);
            if !only.is_empty() {
                lines.extend(self.options().map(|o| format!("git filter-repo --force {o}{only}")));
                lines.extend(drop_files(whole, &only));
            }
            lines.extend(stashed.then(|| "git stash clear".to_owned()));
            lines.push("git reflog expire --expire=now --expire-unreachable=now --all".to_owned());
            lines.push("git gc --prune=now".to_owned());
        }
        commands(&lines, out)?;
        if stashed && !copies.remotes.is_empty() {
            writeln!(
                out,
                "\nA stash has it as well, and no command rewrites stashes alone: take what you need out of all of \
                 them\n(`git stash list`) before `git stash clear`."
            )?;
        }
        Ok(())
    }

    /// The option that keeps git-filter-repo to the refs of this repository that lead there.
    fn only(&self, refs: &BTreeSet<&BString>) -> String {
        let is_own = |name: &&&BString| name.starts_with(b"refs/") && !is_kept_elsewhere(name);
        let own: Vec<String> = refs.iter().filter(is_own).map(|name| self.word(name)).collect();
        if own.is_empty() { String::new() } else { format!(" --refs {}", own.join(" ")) }
    }

    /// Files that no replacement reaches into, as words of a command.
    fn whole_files(&self, findings: &[(&Finding, Record)]) -> Vec<String> {
        let lives = || findings.iter().filter_map(|(f, _)| Some((f, f.exposure.as_ref()?)));
        let opaque = lives().flat_map(|(_, life)| &life.opaque);
        let dotenv = lives().filter(|(f, _)| f.secret.is_none());
        let dotenv = dotenv.flat_map(|(f, _)| f.occurrences.iter().map(|o| &o.path));
        let paths: BTreeSet<&BString> = opaque.chain(dotenv).collect();
        paths.into_iter().map(|path| self.word(path)).collect()
    }

    /// Replaces in files and in messages; `None` where there is nothing to replace.
    fn options(&self) -> Option<String> {
        let file = self.path(self.replacements);
        let there = replacements(self.report.findings).is_some();
        there.then(|| format!("--replace-text {file} --replace-message {file}"))
    }

    pub(super) fn path(&self, path: &std::path::Path) -> String {
        self.word(&Vec::from_path_lossy(path))
    }

    /// A word of a command, masked.
    pub(super) fn word(&self, word: &[u8]) -> String {
        quote(Cleaner::new(self.report).name(word).lossy().as_bytes())
    }
}

/// Every ref that leads to one of them.
pub(super) fn refs<'f>(findings: impl Iterator<Item = &'f Finding>) -> BTreeSet<&'f BString> {
    findings.filter_map(|f| f.exposure.as_ref()).flat_map(|life| &life.refs).collect()
}

/// The command that deletes files from every commit, with what must be known before.
fn drop_files(paths: &[String], only: &str) -> Vec<String> {
    if paths.is_empty() {
        return Vec::new();
    }
    let paths: Vec<String> = paths.iter().map(|path| format!("--path {path}")).collect();
    vec![
        "# No replacement reaches into binary files, UTF-16 and archives, and dotenv files go as a whole. This".to_owned(),
        "# deletes such files from every commit, the newest too; keep a copy of what you need.".to_owned(),
        format!("git filter-repo --force --invert-paths {}{only}", paths.join(" ")),
    ]
}

/// Whether a ref is not rewritten in place: stashes are a list of their own, the others belong to remotes.
fn is_kept_elsewhere(name: &[u8]) -> bool {
    name.starts_with(b"refs/remotes/") || name == b"refs/stash"
}
