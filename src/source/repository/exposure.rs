//! Attribution: which commit brought a secret in, where it stands, who took it out, which refs lead to it.
//!
//! Takes what the scan of a history found; gives sightings with commits and a life span. Nothing here
//! depends on the order in which the walk met objects: from the paths that it named, `places` finds every
//! blob and path that holds the secret, and the rest follows from the commits.

use std::collections::{BTreeMap, HashSet};

use bstr::{BString, ByteSlice};

use super::places::{Places, find_places};
use super::scan::Raw;
use super::verdict::Judge;
use super::{Scanned, commit, forge, needles};
use crate::finding::{CommitInfo, Exposure, Secret, Surface};
use crate::scanner::Sighting;
use crate::source::history::{Kind, ObjectId, Reader};

/// With more secrets than this, only the places are told, not the life of each.
const MOST_LIVES: usize = 5_000;
const DAY: i64 = 24 * 60 * 60;

/// All sightings of one secret under one rule.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) secret: Secret,
    pub(super) raws: Vec<Raw>,
}

/// The sightings of a history, one for each secret and place.
pub(super) fn attribute(scanned: &Scanned<'_>, raws: Vec<Raw>, judge: &mut Judge<'_>) -> Vec<Sighting> {
    let groups = group(raws);
    if groups.is_empty() {
        return Vec::new();
    }
    let places = find_places(scanned, &groups);
    let mut lives = Lives::new(scanned, groups.len() <= MOST_LIVES);
    let mut sightings = Vec::new();
    for (number, chunk) in groups.chunks(64).enumerate() {
        let presence: Vec<Presence> =
            (0..chunk.len()).map(|i| Presence::of(scanned, &chunk[i], &places[number * 64 + i])).collect();
        let exposures = lives.exposures(&presence);
        for (i, (group, exposure)) in chunk.iter().zip(exposures).enumerate() {
            sightings.extend(told(scanned, group, &places[number * 64 + i], exposure, judge));
        }
    }
    sightings
}

fn group(raws: Vec<Raw>) -> Vec<Group> {
    let mut groups: BTreeMap<(&'static str, Secret), Vec<Raw>> = BTreeMap::new();
    for raw in raws {
        if let Some(secret) = &raw.sighting.secret {
            groups
                .entry((raw.sighting.rule.id, secret.clone()))
                // A vector that grows would take room for four.
                .or_insert_with(|| Vec::with_capacity(1))
                .push(raw);
        }
    }
    groups.into_iter().map(|((_, secret), raws)| Group { secret, raws }).collect()
}

/// The sightings of one group: a place each, the first of its commits, and the same life in all.
fn told(
    scanned: &Scanned<'_>,
    group: &Group,
    places: &Places,
    mut exposure: Option<Exposure>,
    judge: &mut Judge<'_>,
) -> Vec<Sighting> {
    let mut told = Vec::new();
    for place in &places.files {
        // The sighting in this very blob knows line and column best; else any will do, with another place.
        let own = group.raws.iter().find(|r| r.blob == Some(place.blob)).or(group.raws.first());
        let Some(own) = own else { continue };
        let mut sighting = Sighting::clone(&own.sighting);
        sighting.occurrence = place.occurrence.clone();
        stamp(scanned, &mut sighting, place.commit);
        judge.place(&mut sighting, place, group);
        told.push(sighting);
    }
    if told.iter().any(|s| s.suppressed.is_some()) && judge.is_bare_elsewhere(&told, group, places) {
        told.iter_mut().for_each(|s| s.suppressed = None);
    }
    for raw in &group.raws {
        if raw.blob.is_some() && (places.is_old || !places.files.is_empty()) {
            continue;
        }
        let mut sighting = Sighting::clone(&raw.sighting);
        match raw.object {
            Some(object) => stamp_object(scanned, &mut sighting, object),
            None if raw.blob.is_none() && (raw.commit as usize) < scanned.history.commits.len() => {
                let first = places.names.get(&raw.sighting.occurrence.path).copied();
                stamp(scanned, &mut sighting, first.unwrap_or(raw.commit));
            }
            None => sighting.notes.extend(standing(raw)),
        }
        judge.judge(&mut sighting, &raw.near);
        told.push(sighting);
    }
    if let Some(exposure) = &mut exposure {
        exposure.permalink =
            told.iter().map(|s| &s.occurrence).min().and_then(|o| forge::permalink(scanned, o));
        exposure.forms = needles::written(group).into_iter().map(Secret::new).collect();
        exposure.opaque = places.opaque.iter().cloned().collect();
    }
    let exposure = exposure.map(Box::new);
    told.iter_mut().for_each(|s| s.exposure.clone_from(&exposure));
    told
}

/// What to say of a blob that no commit holds.
fn standing(raw: &Raw) -> Option<String> {
    use crate::source::history::IN_INDEX;
    match raw.sighting.occurrence.surface {
        Surface::File | Surface::SymlinkTarget if raw.commit == IN_INDEX => {
            Some("staged, in no commit yet".to_owned())
        }
        Surface::File | Surface::SymlinkTarget | Surface::Note => {
            Some("in an object of the store that no commit holds".to_owned())
        }
        _ => None,
    }
}

fn stamp(scanned: &Scanned<'_>, sighting: &mut Sighting, number: u32) {
    if let Some(commit) = scanned.history.commits.get(number as usize) {
        sighting.occurrence.commit = Some(commit.id.to_string());
        sighting.occurrence.age = u64::from(number);
    }
}

fn stamp_object(scanned: &Scanned<'_>, sighting: &mut Sighting, object: ObjectId) {
    match scanned.history.position(object) {
        Some(number) => stamp(scanned, sighting, number),
        None => sighting.notes.push(format!("in the annotated tag {object}")),
    }
}

/// At which commits a secret is present.
pub(super) struct Presence {
    /// For each commit whether it holds the secret; empty where no commit does.
    has: Vec<bool>,
    /// Commits that say it themselves, which nothing later can take back.
    said: Vec<u32>,
    versions: u64,
}

impl Presence {
    fn of(scanned: &Scanned<'_>, group: &Group, places: &Places) -> Self {
        let said = group.raws.iter().filter_map(|r| scanned.history.position(r.object?)).collect();
        Self { said, ..Self::during(scanned, places.runs.clone(), places.versions) }
    }

    /// Present at these runs of commits, first and one behind the last.
    pub(super) fn during(scanned: &Scanned<'_>, runs: Vec<(u32, u32)>, versions: u64) -> Self {
        let mut has = Vec::new();
        if !runs.is_empty() {
            has.resize(scanned.history.commits.len(), false);
            for (from, to) in runs {
                has[from as usize..to as usize].fill(true);
            }
        }
        Self { has, said: Vec::new(), versions }
    }

    fn at(&self, commit: u32) -> bool {
        self.has.get(commit as usize).copied().unwrap_or(false)
    }
}

/// What lives are told from: commits, HEAD, refs.
pub(super) struct Lives<'a> {
    scanned: &'a Scanned<'a>,
    reader: Reader<'a>,
    enabled: bool,
    /// Numbers of each commit's parents.
    parents: Vec<Vec<u32>>,
    head: Option<u32>,
    /// Whether HEAD descends from a commit.
    in_head: Vec<bool>,
    /// Each ref and the commits that it, or its reflog, names.
    refs: BTreeMap<BString, Vec<u32>>,
}

impl<'a> Lives<'a> {
    pub(super) fn new(scanned: &'a Scanned<'a>, enabled: bool) -> Self {
        let mut reader = scanned.store.reader();
        let history = scanned.history;
        let number = |id: &ObjectId| history.position(*id);
        let parents: Vec<Vec<u32>> =
            history.commits.iter().map(|c| c.parents.iter().filter_map(number).collect()).collect();
        let head = scanned.head();
        let in_head = ancestors(&parents, head);
        let refs = if enabled { refs(scanned, &mut reader) } else { BTreeMap::new() };
        Self { scanned, reader, enabled, parents, head, in_head, refs }
    }

    /// The lives of up to 64 secrets: which refs lead to each is found for all at once.
    pub(super) fn exposures(&mut self, presence: &[Presence]) -> Vec<Option<Exposure>> {
        if !self.enabled {
            return vec![None; presence.len()];
        }
        let starts: Vec<Vec<u32>> = presence.iter().map(|p| self.introducing(p)).collect();
        let reached = self.reached(&starts);
        let lives = presence.iter().zip(starts).enumerate();
        lives.map(|(bit, (p, starts))| self.exposure(p, &starts, &reached, bit)).collect()
    }

    /// Commits that have it and none of whose parents does.
    fn introducing(&self, p: &Presence) -> Vec<u32> {
        let is_new = |c: &u32| p.at(*c) && !self.parents[*c as usize].iter().any(|parent| p.at(*parent));
        let mut starts: Vec<u32> =
            (0..p.has.len() as u32).filter(is_new).chain(p.said.iter().copied()).collect();
        starts.sort_unstable();
        starts.dedup();
        starts
    }

    /// For each commit a bit for each secret: whether the commit descends from one that brought it in.
    fn reached(&self, starts: &[Vec<u32>]) -> Vec<u64> {
        let mut reached = vec![0u64; self.parents.len()];
        for (bit, starts) in starts.iter().enumerate() {
            starts.iter().for_each(|c| reached[*c as usize] |= 1 << bit);
        }
        for (commit, parents) in self.parents.iter().enumerate() {
            // Parents come first in the order of commits.
            reached[commit] |= parents.iter().fold(0, |bits, parent| bits | reached[*parent as usize]);
        }
        reached
    }

    fn exposure(&mut self, p: &Presence, starts: &[u32], reached: &[u64], bit: usize) -> Option<Exposure> {
        let introduced = self.info(*starts.first()?);
        let was_said = p.said.iter().any(|c| self.in_head[*c as usize]);
        let at_head = was_said || self.head.is_some_and(|head| p.at(head));
        let removed = if at_head { None } else { self.removal(p).map(|c| self.info(c)) };
        let until = removed.as_ref().map_or(self.scanned.now, |r| r.time);
        let leads = |tips: &[u32]| tips.iter().any(|tip| reached[*tip as usize] >> bit & 1 == 1);
        let names: Vec<&BString> =
            self.refs.iter().filter(|(_, tips)| leads(tips)).map(|(name, _)| name).collect();
        Some(Exposure {
            days: until.saturating_sub(introduced.time).max(0) as u64 / DAY as u64,
            introduced,
            removed,
            at_head,
            versions: p.versions,
            ref_count: names.len() as u64,
            published: names.iter().any(|name| name.contains_str("refs/remotes/")),
            refs: names.into_iter().take(self.scanned.refs_named).cloned().collect(),
            permalink: None,
            forms: Vec::new(),
            opaque: Vec::new(),
        })
    }

    /// The last commit on the way to HEAD that lacks what a parent has.
    fn removal(&self, p: &Presence) -> Option<u32> {
        let takes_out = |c: &u32| {
            self.in_head[*c as usize]
                && !p.at(*c)
                && self.parents[*c as usize].iter().any(|parent| p.at(*parent))
        };
        (0..p.has.len() as u32).rev().find(takes_out)
    }

    fn info(&mut self, number: u32) -> CommitInfo {
        commit::info(&mut self.reader, self.scanned.history.commits[number as usize].id)
    }
}

/// Which commits `head` descends from, itself included.
fn ancestors(parents: &[Vec<u32>], head: Option<u32>) -> Vec<bool> {
    let mut in_head = vec![false; parents.len()];
    let mut left: Vec<u32> = head.into_iter().collect();
    while let Some(commit) = left.pop() {
        if !std::mem::replace(&mut in_head[commit as usize], true) {
            left.extend(&parents[commit as usize]);
        }
    }
    in_head
}

/// Refs and the commits that they name, tags followed. A reflog names every commit that its ref once did.
fn refs(scanned: &Scanned<'_>, reader: &mut Reader<'_>) -> BTreeMap<BString, Vec<u32>> {
    let mut refs: BTreeMap<BString, Vec<u32>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for tip in &scanned.plan.tips {
        if seen.insert((&tip.name, tip.id))
            && let Some(number) = peel(scanned, reader, tip.id)
        {
            let name = match tip.name.strip_prefix(b"logs/") {
                Some(of) => bstr::concat([&b"reflog of "[..], of]).into(),
                None => tip.name.clone(),
            };
            refs.entry(name).or_default().push(number);
        }
    }
    refs
}

/// The number of the commit that an id leads to.
fn peel(scanned: &Scanned<'_>, reader: &mut Reader<'_>, mut id: ObjectId) -> Option<u32> {
    const LONGEST_CHAIN: usize = 16;
    for _ in 0..LONGEST_CHAIN {
        if let Some(number) = scanned.history.position(id) {
            return Some(number);
        }
        let Ok((Kind::Tag, bytes)) = reader.read(id, u64::MAX) else { return None };
        id = ObjectId::from_hex(bytes.strip_prefix(b"object ")?.get(..40)?)?;
    }
    None
}
