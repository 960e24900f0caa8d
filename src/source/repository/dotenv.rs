//! Dotenv files in a history: when each was added, when it went, and whether it held secrets.

use std::collections::{BTreeSet, HashSet};

use bstr::{BString, ByteSlice};

use super::Scanned;
use super::exposure::{Lives, Presence};
use super::timeline::{Timeline, timelines};
use crate::dotenv::{self, GitState, Verdict};
use crate::finding::{Checksum, Exposure, Occurrence, Surface};
use crate::rule::{Confidence, DOTENV, Severity};
use crate::scanner::Sighting;
use crate::source::history::Kind;

/// Findings about the dotenv files at these paths. `found` tells in which of them a token was found.
pub(super) fn sightings(scanned: &Scanned<'_>, paths: Vec<BString>, found: &[Sighting]) -> Vec<Sighting> {
    let paths: BTreeSet<BString> = paths.into_iter().collect();
    let is_real = |s: &&Sighting| {
        // A value that only its name tells of is one of the keys that the file is judged by anyway.
        s.confidence >= Confidence::Medium && s.severity >= Severity::Medium && !s.rule.is_by_name()
    };
    let with_token: HashSet<&BString> = found.iter().filter(is_real).map(|s| &s.occurrence.path).collect();
    let mut lives = None;
    let mut sightings = Vec::new();
    for (path, timeline) in timelines(scanned.store, scanned.history, &paths) {
        let Some(verdict) = worst(scanned, &path, &timeline, with_token.contains(&path)) else { continue };
        let runs = timeline.runs(scanned.history.commits.len() as u32).map(|(from, to, _)| (from, to));
        let presence = Presence::during(scanned, runs.collect(), timeline.objects().len() as u64);
        let lives = lives.get_or_insert_with(|| Lives::new(scanned, true));
        if let Some(exposure) = lives.exposures(&[presence]).pop().flatten() {
            sightings.push(sighting(scanned, path, verdict, exposure));
        }
    }
    sightings
}

/// The verdict on the version that is worst.
fn worst(
    scanned: &Scanned<'_>,
    path: &BString,
    timeline: &Timeline,
    has_token: bool,
) -> Option<(Verdict, Vec<u64>)> {
    let kind = dotenv::kind(path.as_bstr())?;
    let mut reader = scanned.store.reader();
    let mut worst: Option<(Verdict, Vec<u64>)> = None;
    for id in timeline.objects() {
        let Ok((Kind::Blob, bytes)) = reader.read(id, scanned.plan.blob_limit) else { continue };
        let contents = dotenv::inspect(&bytes);
        let verdict = dotenv::judge(kind, &contents, has_token, &GitState::Tracked, path.as_bstr());
        if let Some(verdict) = verdict
            && worst.as_ref().is_none_or(|(w, _)| w.severity < verdict.severity)
        {
            worst = Some((verdict, contents.lines()));
        }
    }
    worst
}

fn sighting(
    scanned: &Scanned<'_>,
    path: BString,
    (verdict, covers): (Verdict, Vec<u64>),
    exposure: Exposure,
) -> Sighting {
    let mut notes = verdict.notes;
    if !exposure.at_head {
        // The first note says that it is tracked, which it is no more.
        notes.remove(0);
        notes.insert(0, "in the history, no longer in the commit that is checked out".to_owned());
    }
    let number = scanned.history.commits.iter().position(|c| c.id.to_string() == exposure.introduced.id);
    Sighting {
        rule: &DOTENV,
        secret: None,
        severity: verdict.severity,
        confidence: verdict.confidence,
        checksum: Checksum::None,
        notes,
        fix: verdict.fix.filter(|_| exposure.at_head),
        parts: Vec::new(),
        occurrence: Occurrence {
            age: number.unwrap_or(0) as u64,
            path,
            line: covers.first().copied().unwrap_or(1),
            column: 1,
            column_utf16: 1,
            offset: 0,
            len: 0,
            commit: Some(exposure.introduced.id.clone()),
            surface: Surface::File,
            excerpt: BString::default(),
        },
        covers,
        suppressed: None,
        exposure: Some(Box::new(exposure)),
    }
}
