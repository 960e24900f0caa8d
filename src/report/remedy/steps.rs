//! The steps for one finding: revoke, rotate, remove.

use std::io::{self, Write};

use bstr::ByteSlice as _;

use super::code;
use super::replacements::is_own;
use crate::finding::{Finding, Surface};
use crate::report::clean::Clean;
use crate::report::record::{CommitRecord, Life, Record, severity_name};
use crate::report::text::location;

/// How many places are listed.
const PLACES: usize = 100;

/// Writes the section about the finding with this number.
pub(super) fn write(
    number: usize,
    finding: &Finding,
    record: &Record,
    out: &mut dyn Write,
) -> io::Result<()> {
    let secret = record.secret.as_ref().map(|s| format!(", {}", code(&s.visible()))).unwrap_or_default();
    writeln!(out, "\n## {number}. {}{secret}\n", record.description.visible())?;
    let severity = severity_name(record.severity);
    writeln!(out, "{severity}, rule {}, id {}", code(&record.rule.visible()), code(&record.fingerprint))?;
    record.notes.iter().try_for_each(|note| writeln!(out, "{}", note.visible()))?;
    writeln!(out)?;
    if record.secret.is_some() {
        writeln!(out, "1. **Revoke** it{}", revoke(record))?;
        writeln!(
            out,
            "2. **Rotate**: make a new one with the least scope and an expiry date, keep it in a secrets \
             manager or the\n   environment, and give it to everything that used the old one."
        )?;
        writeln!(out, "3. **Remove** it from where it stands:")?;
    } else {
        writeln!(out, "1. **Revoke and rotate** every secret that the file holds.")?;
        writeln!(out, "2. **Remove** it from what git tracks:")?;
    }
    removal(finding, record, out)
}

fn revoke(record: &Record) -> String {
    let page = record.revoke.as_ref().map(|page| format!(" at {}", page.visible())).unwrap_or_default();
    let advice = record.remediation.as_ref().map(|text| text.visible()).unwrap_or_else(|| {
        "Whoever issued it can make it void; then look through their log for its use".to_owned()
    });
    format!("{}. {}.", page, advice.trim_end_matches('.'))
}

fn removal(finding: &Finding, record: &Record, out: &mut dyn Write) -> io::Result<()> {
    if let Some(fix) = &record.fix {
        writeln!(out, "   - run {} at the root of the repository", code(&fix.visible()))?;
    }
    for place in record.occurrences.iter().take(PLACES) {
        writeln!(out, "   - {}", code(&location(place)))?;
    }
    match record.occurrence_count.saturating_sub(record.occurrences.len().min(PLACES) as u64) {
        0 => {}
        more => writeln!(out, "   - and {more} more places")?,
    }
    if finding.secret.as_ref().is_some_and(|secret| !is_own(secret.expose())) {
        writeln!(
            out,
            "   - by hand, in the history as well: it is short or reads like words, so that replacing it \
             everywhere would\n     change more than the secret. `replacements.txt` has no line for it"
        )?;
    }
    for words in surfaces(finding) {
        writeln!(out, "   - {words}")?;
    }
    record.exposure.iter().try_for_each(|life| history(life, out))
}

/// What no replacement in files and messages takes out.
fn surfaces(finding: &Finding) -> Vec<&'static str> {
    let has = |surface| finding.occurrences.iter().any(|o| o.surface == surface);
    let words = [
        (Surface::PathName, "rename the file; in the history with `git filter-repo --path-rename OLD:NEW`"),
        (Surface::Identity, "author and committer change with `git filter-repo --mailmap FILE`"),
        (Surface::RefName, "rename or delete the branch or tag, here and on every remote"),
        (Surface::GitConfig, "take it out of the repository's own config with `git config`"),
    ];
    words.into_iter().filter(|(surface, _)| has(*surface)).map(|(_, words)| words).collect()
}

fn history(life: &Life, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nIn the history:\n")?;
    writeln!(out, "- in since {}", commit(&life.introduced))?;
    match &life.removed {
        _ if life.at_head => {
            writeln!(out, "- still in the commit that is checked out, after {} days", life.days)?
        }
        Some(removed) => writeln!(out, "- out since {}, after {} days", commit(removed), life.days)?,
        None => writeln!(out, "- not in the commit that is checked out")?,
    }
    for (what, names) in kinds(&life.refs) {
        writeln!(out, "- {what}: {}", names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", "))?;
    }
    match life.ref_count.saturating_sub(life.refs.len() as u64) {
        0 => Ok(()),
        more => writeln!(out, "- and {more} more refs"),
    }
}

fn commit(commit: &CommitRecord) -> String {
    let id: String = commit.id.visible().chars().take(12).collect();
    let (author, subject) = (code(&commit.author.visible()), code(&commit.subject.visible()));
    format!("{} of {} by {author}: {subject}", code(&id), &commit.date[..10.min(commit.date.len())])
}

/// Refs by kind, under the names that people know them by.
fn kinds(refs: &[Clean]) -> Vec<(&'static str, Vec<String>)> {
    const KINDS: [(&str, &str); 7] = [
        ("refs/heads/", "branches"),
        ("refs/tags/", "tags"),
        ("refs/remotes/", "branches of remotes"),
        ("refs/stash", "stashes"),
        ("reflog of refs/stash", "older stashes (`git stash list`)"),
        ("reflog of ", "reflogs, which keep what was thrown away"),
        ("", "other refs"),
    ];
    let mut kinds: Vec<(&str, Vec<String>)> = KINDS.iter().map(|(_, what)| (*what, Vec::new())).collect();
    for name in refs {
        let shown = name.visible();
        let at = KINDS.iter().position(|(prefix, _)| shown.as_bytes().starts_with_str(prefix));
        let at = at.unwrap_or(KINDS.len() - 1);
        kinds[at]
            .1
            .push(shown.strip_prefix(KINDS[at].0).filter(|s| !s.is_empty()).unwrap_or(&shown).to_owned());
    }
    kinds.into_iter().filter(|(_, names)| !names.is_empty()).collect()
}
