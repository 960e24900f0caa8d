//! What comes after: who must clone again, and how to check that all is well.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::rewrite::refs;
use super::{Remedy, code, commands};
use crate::finding::Finding;
use crate::report::clean::Cleaner;
use crate::report::record::Record;
use crate::source::repository::{Copies, Remote};

/// What becomes of this repository where a fresh clone was rewritten.
const TAKE_OVER: &str = ": take over, as patches without the secret, the branches and stashes that no remote\n  \
                         has, then delete it";
const IN_PLACE: &str = ", was rewritten in place";

impl Remedy<'_> {
    /// Writes who has it besides.
    pub(super) fn write_copies(
        &self,
        findings: &[(&Finding, Record)],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Some(copies) = self.copies.filter(|_| Self::is_in_history(findings)) else { return Ok(()) };
        writeln!(out, "\n## Who has to clone again\n")?;
        let refs = refs(findings.iter().map(|(finding, _)| *finding));
        let published = self.published(copies, &refs);
        for remote in &copies.remotes {
            let has = published.iter().any(|p| p.name == remote.name);
            writeln!(out, "- {}", self.about(remote, has))?;
        }
        if !published.is_empty() {
            writeln!(
                out,
                "- everybody who fetched since it came in: an old clone that pushes brings it back. Caches of \
                 CI, mirrors\n  and backups are clones, too"
            )?;
        }
        self.here(copies, !published.is_empty(), out)
    }

    fn about(&self, remote: &Remote, has: bool) -> String {
        let cleaner = Cleaner::new(self.report);
        let (name, url) = (cleaner.name(&remote.name).visible(), cleaner.name(&remote.url).visible());
        let has = if has { "has it" } else { "had none of it when it was last fetched from or pushed to" };
        let forks = match &remote.forks {
            Some(page) => format!("; its forks: {}", cleaner.name(page).visible()),
            None => String::new(),
        };
        format!("remote {} ({}) {has}{forks}", code(&name), code(&url))
    }

    fn here(&self, copies: &Copies, published: bool, out: &mut dyn Write) -> io::Result<()> {
        let shown = |path: &std::path::Path| {
            code(&Cleaner::new(self.report).name(path.to_string_lossy().as_bytes()).visible())
        };
        writeln!(
            out,
            "- this repository, {}{}",
            shown(&copies.root),
            if published { TAKE_OVER } else { IN_PLACE }
        )?;
        for tree in &copies.work_trees {
            writeln!(out, "- its working tree {}: check out its branch anew after the rewrite", shown(tree))?;
        }
        for folder in &copies.borrowed {
            writeln!(out, "- {} lends objects to this repository and keeps its own", shown(folder))?;
        }
        Ok(())
    }

    /// Writes the check to run when all is done.
    pub(super) fn write_check(&self, findings: &[(&Finding, Record)], out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n## Check\n")?;
        writeln!(out, "Each of these ends with 0 when it is gone:")?;
        let rules: BTreeSet<&str> = findings.iter().map(|(finding, _)| finding.rule.id).collect();
        let rules: String =
            rules.iter().map(|rule| format!(" --rule {}", self.word(rule.as_bytes()))).collect();
        let Some(copies) = self.copies else {
            return commands(
                &[format!("tokensieve dir{rules} {}", self.word(self.report.root.as_bytes()))],
                out,
            );
        };
        let root = self.path(&copies.root);
        let mut lines: Vec<String> =
            if copies.is_bare { Vec::new() } else { vec![format!("tokensieve dir{rules} {root}")] };
        if self.history && Self::is_in_history(findings) {
            lines.push(format!("tokensieve git{rules} --unreachable {root}"));
            let refs = refs(findings.iter().map(|(finding, _)| *finding));
            for (number, remote) in self.published(copies, &refs).into_iter().enumerate() {
                let url = self.word(remote.url.as_bytes());
                lines.push(format!(
                    "git clone --mirror {url} check-{number}.git && tokensieve git{rules} check-{number}.git"
                ));
            }
        }
        commands(&lines, out)
    }
}
