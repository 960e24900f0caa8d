//! Places: every path, and the runs of commits, at which a secret stands.
//!
//! Takes the groups of a scan; gives the [`Places`] of each. Begins with the paths that the walk named and
//! goes on until nothing new turns up: a path's other versions may hold the secret unchanged, and those
//! blobs may stand at other paths as well.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use bstr::{BString, ByteSlice};
use rayon::prelude::*;

use super::exposure::Group;
use super::needles::Needles;
use super::scan::{Raw, is_binary};
use super::timeline::{Timeline, timelines};
use super::{Scanned, other_side};
use crate::finding::{Occurrence, Surface};
use crate::place::{self, Lines};
use crate::source::history::{IdMap, IdSet, Kind, ObjectId, locate};

/// How often copies of copies are followed.
const ROUNDS: usize = 4;
/// Versions of one path that are looked at.
const MOST_VERSIONS: usize = 100_000;

/// Where one secret stands.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// One for each path: the first commit that has it there.
    pub(super) files: Vec<FilePlace>,
    /// Paths that are themselves the finding, and the first commit that has each.
    pub(super) names: BTreeMap<BString, u32>,
    /// Runs of commits, first and one behind the last, that have it at some path.
    pub(super) runs: Vec<(u32, u32)>,
    /// Different blobs that hold it.
    pub(super) versions: u64,
    /// Files that hold it in a form that is no text: binary, or in an archive.
    pub(super) opaque: BTreeSet<BString>,
    /// Whether it stood in files that were left out because the other side of a range has it there.
    pub(super) is_old: bool,
}

/// A path with the secret in it.
#[derive(Debug)]
pub(super) struct FilePlace {
    pub(super) blob: ObjectId,
    /// Number of the first commit that has it at this path.
    pub(super) commit: u32,
    pub(super) occurrence: Occurrence,
}

/// What a blob holds: for each group of the path the place of its secret.
#[derive(Debug, Default)]
struct Held {
    places: BTreeMap<usize, Occurrence>,
    /// Whether git takes it for binary.
    is_binary: bool,
}

/// The timeline of a path, and what each of its blobs holds.
type Known = HashMap<BString, (Timeline, IdMap<Arc<Held>>)>;

/// The places of each group.
pub(super) fn find_places(scanned: &Scanned<'_>, groups: &[Group]) -> Vec<Places> {
    let mut wanted = start(groups);
    let mut known = Known::new();
    let mut located = IdSet::default();
    for _ in 0..ROUNDS {
        look(scanned, groups, &wanted, &mut known);
        let mut holders: IdMap<BTreeSet<usize>> = IdMap::default();
        for raw_holders in raw_blobs(groups) {
            holders.entry(raw_holders.0).or_default().insert(raw_holders.1);
        }
        for (blob, held) in known.values().flat_map(|(_, blobs)| blobs) {
            holders.entry(*blob).or_default().extend(held.places.keys());
        }
        let new: IdSet = holders.keys().filter(|id| located.insert(**id)).copied().collect();
        if new.is_empty() {
            break;
        }
        for sighting in locate(scanned.store, scanned.history, &new).found {
            wanted.entry(sighting.path).or_default().extend(&holders[&sighting.id]);
        }
    }
    let mut places: Vec<Places> = groups.iter().map(|_| Places::default()).collect();
    for (path, (timeline, blobs)) in &known {
        settle(scanned, path, timeline, blobs, &mut places);
    }
    settle_names(scanned, groups, &mut places);
    if !scanned.plan.excluded.is_empty() {
        other_side::leave_out(scanned, &mut places);
    }
    for place in &mut places {
        place.files.sort_by(|a, b| (a.commit, &a.occurrence.path).cmp(&(b.commit, &b.occurrence.path)));
    }
    places
}

/// The paths that the walk named, and the groups to look for there.
fn start(groups: &[Group]) -> BTreeMap<BString, BTreeSet<usize>> {
    let mut wanted: BTreeMap<BString, BTreeSet<usize>> = BTreeMap::new();
    for (number, group) in groups.iter().enumerate() {
        for raw in group.raws.iter().filter(|r| r.blob.is_some()) {
            wanted.entry(raw.path.clone()).or_default().insert(number);
        }
    }
    wanted
}

fn raw_blobs(groups: &[Group]) -> impl Iterator<Item = (ObjectId, usize)> {
    let numbered = groups.iter().enumerate();
    numbered.flat_map(|(number, group)| group.raws.iter().filter_map(move |r| Some((r.blob?, number))))
}

/// Looks at every version of each wanted path that was not looked at for the same groups already.
fn look(
    scanned: &Scanned<'_>,
    groups: &[Group],
    wanted: &BTreeMap<BString, BTreeSet<usize>>,
    known: &mut Known,
) {
    let is_new = |path: &BString| !known.contains_key(path);
    let paths: BTreeSet<BString> = wanted.keys().filter(|p| is_new(p)).cloned().collect();
    let found = timelines(scanned.store, scanned.history, &paths);
    let looked: Vec<_> = found
        .into_par_iter()
        .map(|(path, timeline)| {
            let held = read_versions(scanned, groups, &path, &timeline, &wanted[&path]);
            (path, (timeline, held))
        })
        .collect();
    known.extend(looked);
}

/// What each version of a path holds of the secrets of these groups.
fn read_versions(
    scanned: &Scanned<'_>,
    groups: &[Group],
    path: &BString,
    timeline: &Timeline,
    wanted: &BTreeSet<usize>,
) -> IdMap<Arc<Held>> {
    let mut reader = scanned.store.reader();
    let mut held = IdMap::default();
    let needles = Needles::new(groups, wanted);
    for id in timeline.objects().into_iter().take(MOST_VERSIONS) {
        let (mut holds, elsewhere) = seen(groups, path, id, wanted);
        // What the scan saw all of it in is not read again.
        if !elsewhere.is_empty()
            && let Ok((Kind::Blob, bytes)) = reader.read(id, scanned.plan.blob_limit)
        {
            look_into(&mut holds, groups, path, &bytes, needles.find(&bytes, &elsewhere));
        }
        if !holds.places.is_empty() {
            held.insert(id, Arc::new(holds));
        }
    }
    held
}

/// What the scan saw of these groups in a blob, and the groups that it did not see there.
fn seen(groups: &[Group], path: &BString, id: ObjectId, wanted: &BTreeSet<usize>) -> (Held, BTreeSet<usize>) {
    let (mut held, mut elsewhere) = (Held::default(), BTreeSet::new());
    for &number in wanted {
        match groups[number].raws.iter().find(|r| r.blob == Some(id)) {
            Some(raw) => {
                held.is_binary |= raw.is_binary;
                held.places.insert(number, moved(raw, path));
            }
            None => drop(elsewhere.insert(number)),
        }
    }
    (held, elsewhere)
}

/// Adds what was found in a blob by looking for it.
fn look_into(
    held: &mut Held,
    groups: &[Group],
    path: &BString,
    bytes: &[u8],
    mut spans: Vec<(Range<usize>, usize)>,
) {
    held.is_binary = is_binary(bytes);
    spans.sort_by_key(|(span, _)| span.start);
    let mut lines = Lines::new(bytes);
    for (span, number) in spans {
        held.places.insert(number, occurrence(bytes, span, &mut lines, &groups[number], path));
    }
}

/// The sighting's place with the blob at another path. The path of an archive's member goes on behind it.
fn moved(raw: &Raw, path: &BString) -> Occurrence {
    let own = &raw.sighting.occurrence;
    let member = own.path.strip_prefix(raw.path.as_slice()).unwrap_or_default();
    Occurrence { path: bstr::concat([path.as_slice(), member]).into(), ..own.clone() }
}

fn occurrence(
    bytes: &[u8],
    span: Range<usize>,
    lines: &mut Lines<'_>,
    group: &Group,
    path: &BString,
) -> Occurrence {
    let position = lines.position(span.start);
    Occurrence {
        age: 0,
        path: path.clone(),
        line: position.line,
        column: position.column,
        column_utf16: position.column_utf16,
        offset: span.start as u64,
        len: span.len() as u64,
        commit: None,
        surface: surface(group),
        excerpt: place::excerpt(bytes, std::slice::from_ref(&span), 0),
    }
}

fn surface(group: &Group) -> Surface {
    group.raws.iter().find(|r| r.blob.is_some()).map_or(Surface::File, |r| r.sighting.occurrence.surface)
}

/// Adds a path's share to the places of each group.
fn settle(
    scanned: &Scanned<'_>,
    path: &BString,
    timeline: &Timeline,
    blobs: &IdMap<Arc<Held>>,
    places: &mut [Places],
) {
    let commits = scanned.history.commits.len() as u32;
    let mut first: BTreeMap<usize, (u32, ObjectId)> = BTreeMap::new();
    for (from, to, id) in timeline.runs(commits) {
        for number in blobs.get(&id).into_iter().flat_map(|held| held.places.keys()) {
            places[*number].runs.push((from, to));
            first.entry(*number).or_insert((from, id));
        }
    }
    for held in blobs.values() {
        for (number, occurrence) in &held.places {
            places[*number].versions += 1;
            if held.is_binary || occurrence.path != *path {
                places[*number].opaque.insert(path.clone());
            }
        }
    }
    for (number, (commit, blob)) in first {
        let occurrence = blobs[&blob].places[&number].clone();
        debug_assert!(occurrence.path.starts_with(path));
        places[number].files.push(FilePlace { blob, commit, occurrence });
    }
}

/// Paths that hold a secret themselves.
fn settle_names(scanned: &Scanned<'_>, groups: &[Group], places: &mut [Places]) {
    let is_name = |s: Surface| s == Surface::PathName;
    let named = |group: &Group| -> Vec<BString> {
        let raws = group.raws.iter().filter(|r| is_name(r.sighting.occurrence.surface));
        raws.map(|r| r.sighting.occurrence.path.trim_end_with(|c| c == '/').into()).collect()
    };
    let paths: BTreeSet<BString> = groups.iter().flat_map(named).collect();
    let found = timelines(scanned.store, scanned.history, &paths);
    let commits = scanned.history.commits.len() as u32;
    for (group, place) in groups.iter().zip(places) {
        for path in named(group) {
            for (from, to, _) in found.get(&path).into_iter().flat_map(|t| t.runs(commits)) {
                place.runs.push((from, to));
                place.names.entry(path.clone()).or_insert(from);
            }
        }
    }
}
