//! Records: findings as every format shows them, each text [`Clean`].

use std::collections::HashMap;

use serde::Serialize;

use super::clean::{Clean, Cleaner};
use super::time::date;
use crate::finding::{
    Checksum, CommitInfo, Exposure, Finding, Fingerprint, Occurrence, Secret, Suppression, Surface,
};
use crate::rule::{Confidence, Rule, Severity};

/// How many occurrences of a finding are listed.
const OCCURRENCES_SHOWN: usize = 1000;
/// How much of a token's public prefix is shown: less than the eight characters by which one could
/// look for it.
const PREFIX_SHOWN: usize = 7;

/// One finding.
#[derive(Debug, Serialize)]
pub(super) struct Record {
    #[serde(rename = "type")]
    kind: &'static str,
    pub(super) rule: Clean,
    pub(super) provider: Clean,
    pub(super) description: Clean,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) checksum: Checksum,
    /// The masked secret; `None` for a finding about a file.
    pub(super) secret: Option<Clean>,
    /// The first occurrence.
    #[serde(flatten)]
    pub(super) place: Place,
    pub(super) fingerprint: String,
    pub(super) notes: Vec<Clean>,
    pub(super) fix: Option<Clean>,
    pub(super) parts: Vec<PartRecord>,
    pub(super) remediation: Option<Clean>,
    pub(super) revoke: Option<Clean>,
    /// Where the kind of secret is documented.
    #[serde(skip)]
    pub(super) reference: Option<Clean>,
    pub(super) occurrences: Vec<Place>,
    pub(super) occurrence_count: u64,
    /// Why it is suppressed; `None` for what is reported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suppressed: Option<SuppressedRecord>,
    /// Its life in the history; `None` outside one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exposure: Option<Life>,
}

/// How long a secret stood in a history, and who could see it there.
#[derive(Debug, Serialize)]
pub(super) struct Life {
    pub(super) introduced: CommitRecord,
    pub(super) removed: Option<CommitRecord>,
    pub(super) at_head: bool,
    pub(super) days: u64,
    pub(super) versions: u64,
    pub(super) refs: Vec<Clean>,
    pub(super) ref_count: u64,
    pub(super) published: bool,
    pub(super) permalink: Option<Clean>,
}

/// A commit.
#[derive(Debug, Serialize)]
pub(super) struct CommitRecord {
    pub(super) id: Clean,
    pub(super) author: Clean,
    pub(super) email: Clean,
    /// RFC 3339, in UTC.
    pub(super) date: String,
    pub(super) subject: Clean,
}

impl Life {
    fn new(exposure: &Exposure, cleaner: Cleaner<'_>) -> Self {
        let commit = |c: &CommitInfo| CommitRecord {
            id: cleaner.name(&c.id),
            author: cleaner.text(&c.author),
            email: cleaner.text(&c.email),
            date: date(c.time),
            subject: cleaner.text(&c.subject),
        };
        Self {
            introduced: commit(&exposure.introduced),
            removed: exposure.removed.as_ref().map(commit),
            at_head: exposure.at_head,
            days: exposure.days,
            versions: exposure.versions,
            refs: exposure.refs.iter().map(|name| cleaner.name(name)).collect(),
            ref_count: exposure.ref_count,
            published: exposure.published,
            permalink: exposure.permalink.as_ref().map(|link| cleaner.name(link)),
        }
    }

    /// Since when, until when, who can see it, and what that means, in sentences.
    pub(super) fn sentences(&self) -> Vec<String> {
        let commit = |c: &CommitRecord| {
            let id: String = c.id.visible().chars().take(10).collect();
            format!(
                "{id} of {} by {} ({})",
                &c.date[..10.min(c.date.len())],
                c.author.visible(),
                c.subject.visible()
            )
        };
        let mut lines = vec![format!("in since {}", commit(&self.introduced))];
        lines.push(match &self.removed {
            _ if self.at_head => format!("still in the commit that is checked out, after {} days", self.days),
            Some(removed) => format!("out since {}, after {} days", commit(removed), self.days),
            None => "not in the commit that is checked out".to_owned(),
        });
        let names: Vec<String> = self.refs.iter().take(5).map(|name| name.visible().to_string()).collect();
        let more = self.ref_count.saturating_sub(names.len() as u64);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        if !names.is_empty() {
            lines.push(format!("led to by {}{more}", names.join(", ")));
        }
        lines.push(if self.published {
            "a remote has it: rotate the secret, rewriting the history does not take it back".to_owned()
        } else {
            "no remote-tracking ref leads to it: if it was never pushed, rewriting these commits is enough \
             (git rebase -i, or git filter-repo --replace-text)"
                .to_owned()
        });
        lines
    }
}

/// Why a finding is suppressed.
#[derive(Debug, Serialize)]
pub(super) struct SuppressedRecord {
    pub(super) by: &'static str,
    pub(super) reason: Clean,
}

impl SuppressedRecord {
    fn new(suppression: &Suppression, cleaner: Cleaner<'_>) -> Self {
        Self { by: suppression.by, reason: cleaner.text(&suppression.reason) }
    }
}

/// Another half of the credential.
#[derive(Debug, Serialize)]
pub(super) struct PartRecord {
    pub(super) rule: Clean,
    pub(super) secret: Clean,
}

/// Where a secret stands.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Place {
    pub(super) path: Clean,
    /// Only where the path is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_bytes: Option<String>,
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) column_utf16: u64,
    pub(super) end: Option<End>,
    pub(super) commit: Option<Clean>,
    pub(super) surface: Surface,
    pub(super) excerpt: Clean,
}

/// The place right behind a secret, where it is known.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct End {
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) column_utf16: u64,
}

impl Record {
    /// The record of a finding.
    pub(super) fn new(finding: &Finding, cleaner: Cleaner<'_>) -> Self {
        let rule = finding.rule;
        let value = finding.secret.as_ref();
        let occurrences: Vec<Place> = finding
            .occurrences
            .iter()
            .take(OCCURRENCES_SHOWN)
            .map(|o| Place::new(o, value, cleaner))
            .collect();
        Self {
            kind: "finding",
            rule: cleaner.name(rule.id),
            provider: cleaner.name(rule.provider),
            description: cleaner.name(rule.description),
            severity: finding.severity,
            confidence: finding.confidence,
            checksum: finding.checksum,
            secret: value.map(|s| cleaner.secret(s.expose(), || s.masked(public_prefix(rule, s)))),
            place: occurrences.first().cloned().unwrap_or_else(Place::nowhere),
            fingerprint: finding.fingerprint.as_str().to_owned(),
            notes: finding.notes.iter().map(|note| cleaner.text(note)).collect(),
            fix: finding.fix.as_ref().map(|fix| cleaner.name(fix)),
            parts: finding
                .parts
                .iter()
                .map(|part| PartRecord::new(part.rule, &part.secret, cleaner))
                .collect(),
            remediation: rule.remediation.map(|r| cleaner.name(r)),
            reference: rule.references.first().map(|r| cleaner.name(r)),
            revoke: rule.revoke.map(|r| cleaner.name(r)),
            occurrences,
            occurrence_count: finding.occurrence_count,
            suppressed: finding.suppressed.as_ref().map(|s| SuppressedRecord::new(s, cleaner)),
            exposure: finding.exposure.as_deref().map(|e| Life::new(e, cleaner)),
        }
    }
}

impl Record {
    /// Every place listed, with a name of its own that outlives a change of its line.
    pub(super) fn places(&self) -> impl Iterator<Item = (Fingerprint, &Place)> {
        let mut seen: HashMap<&Clean, u64> = HashMap::new();
        self.occurrences.iter().map(move |place| {
            let nth = seen.entry(&place.path).or_default();
            *nth += 1;
            let name = format!("{}\0{nth}", place.path.percent());
            (Fingerprint::of(&self.fingerprint, name.as_bytes()), place)
        })
    }

    /// What was found, in a few words: the description and the masked secret.
    pub(super) fn title(&self) -> String {
        let secret = self.secret.as_ref().map(|s| format!(": {}", s.visible())).unwrap_or_default();
        format!("{}{secret}", self.description.visible())
    }

    /// What to do, in sentences: remarks, the fix, the remediation and the page to revoke it on.
    pub(super) fn advice(&self) -> Vec<String> {
        let fix = self.fix.iter().map(|fix| format!("Fix: {}", fix.visible()));
        let revoke = self.revoke.iter().map(|page| format!("Revoke it at {}", page.visible()));
        let notes = self.notes.iter().chain(&self.remediation).map(Clean::visible);
        notes.chain(fix).chain(revoke).collect()
    }
}

/// Length of the part of the secret that every secret of its kind begins with.
fn public_prefix(rule: &Rule, secret: &Secret) -> usize {
    let mut anchors = rule.anchors.iter().filter(|a| secret.expose().starts_with(a.as_bytes()));
    anchors.next().map_or(0, |a| a.len().min(PREFIX_SHOWN))
}

impl PartRecord {
    fn new(rule: &str, secret: &Secret, cleaner: Cleaner<'_>) -> Self {
        Self { rule: cleaner.name(rule), secret: cleaner.secret(secret.expose(), || secret.masked(0)) }
    }
}

impl Place {
    fn new(at: &Occurrence, value: Option<&Secret>, cleaner: Cleaner<'_>) -> Self {
        let path = cleaner.name(&at.path);
        Self {
            path_bytes: path.percent_if_not_utf8(),
            path,
            line: at.line,
            column: at.column,
            column_utf16: at.column_utf16,
            end: value.and_then(|secret| End::new(at, secret.expose())),
            commit: at.commit.as_ref().map(|commit| cleaner.name(commit)),
            surface: at.surface,
            excerpt: cleaner.text(&at.excerpt),
        }
    }

    fn nowhere() -> Self {
        Self {
            path: Clean::default(),
            path_bytes: None,
            line: 0,
            column: 0,
            column_utf16: 0,
            end: None,
            commit: None,
            surface: Surface::File,
            excerpt: Clean::default(),
        }
    }
}

impl End {
    /// Known where the secret stands in the text as it is, on one line.
    fn new(at: &Occurrence, secret: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(secret).ok()?;
        let plain = secret.len() as u64 == at.len && !text.contains(['\n', '\r']) && at.column > 0;
        plain.then(|| Self {
            line: at.line,
            column: at.column + text.chars().count() as u64,
            column_utf16: at.column_utf16 + text.encode_utf16().count() as u64,
        })
    }
}

/// Severities, worst first, with their names.
pub(super) const SEVERITIES: [(Severity, &str); 5] = [
    (Severity::Critical, "critical"),
    (Severity::High, "high"),
    (Severity::Medium, "medium"),
    (Severity::Low, "low"),
    (Severity::Info, "info"),
];

/// The name of a severity.
pub(super) fn severity_name(severity: Severity) -> &'static str {
    SEVERITIES.iter().find(|(s, _)| *s == severity).map_or("", |(_, name)| name)
}
