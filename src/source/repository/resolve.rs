//! Revisions, ranges and pushes: which commits are meant.
//!
//! Takes what the user typed or what git hands to a hook; gives a [`Plan`]. Names, `~` and `^` are resolved
//! here; every other form that git knows is left to libgit2. That is kept for the rare ones, because it
//! never comes back from a tag that was forged to lead to itself, nor from an object that was cut short.

use std::collections::{BTreeSet, BinaryHeap};

use bstr::{BString, ByteSlice};

use super::{Part, revision};
use crate::source::history::{Commit, Kind, Location, ObjectId, Plan, Reader, Store, Tip, tag_target};

/// One line that git hands to a `pre-push` or `pre-receive` hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The ref that is pushed, or updated.
    pub name: BString,
    /// What it becomes; zeros for a ref that is deleted.
    pub new: String,
    /// What it was on the other side; zeros for a new ref.
    pub old: String,
}

/// What the other side of a push has already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherSide {
    /// What remote-tracking refs say of this remote; of the only one where no name is given.
    Remote(Option<String>),
    /// This repository is the other side: whatever its refs lead to.
    Here,
}

/// Reads the lines of a `pre-push` hook (`local-ref local-id remote-ref remote-id`) or of a `pre-receive`
/// hook (`old-id new-id ref`).
///
/// # Errors
/// The first line, by its 1-based number, that is neither.
pub fn parse_pushes(text: &[u8]) -> Result<Vec<Push>, String> {
    let is_id = |s: &[u8]| matches!(s.len(), 40 | 64) && s.iter().all(u8::is_ascii_hexdigit);
    let mut pushes = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let fields: Vec<&[u8]> = line.fields().collect();
        let (name, new, old) = match fields[..] {
            [name, new, _, old] if is_id(new) && is_id(old) => (name, new, old),
            [old, new, name] if is_id(new) && is_id(old) => (name, new, old),
            _ => return Err(format!("line {} is not one that git hands to a hook", number + 1)),
        };
        let text = |id: &[u8]| String::from_utf8_lossy(id).into_owned();
        pushes.push(Push { name: name.into(), new: text(new), old: text(old) });
    }
    Ok(pushes)
}

/// The commit that HEAD of this work tree names.
pub(super) fn head(location: &Location, reader: &mut Reader<'_>) -> Option<ObjectId> {
    let target = location.repository().ok()?.head().ok()?.target()?;
    peel(reader, target.into()).ok()
}

/// Follows tags to a commit.
pub(super) fn peel(reader: &mut Reader<'_>, mut id: ObjectId) -> Result<ObjectId, String> {
    let mut seen = BTreeSet::new();
    loop {
        match reader.read(id, u64::MAX).map_err(|e| format!("{id}: {e}"))? {
            (Kind::Commit, _) => return Ok(id),
            (Kind::Tag, _) if !seen.insert(id) => return Err("the tag leads back to itself".to_owned()),
            (Kind::Tag, bytes) => id = tag_target(&bytes).ok_or("the tag is malformed")?,
            _ => return Err(format!("{id} is no commit")),
        }
    }
}

/// The plan for a part of the history.
pub(super) fn plan(location: &Location, part: &Part) -> Result<Plan, String> {
    let repository = location.repository().map_err(|e| e.message().to_owned())?;
    let store = Store::open(&location.object_dirs);
    let mut resolver = Resolver { repository, reader: store.reader() };
    let mut plan = match part {
        Part::Everything { .. } | Part::Branches(_) => Plan::everything(location),
        Part::Range(range) => resolver.range(range)?,
        Part::Since(revision) => Plan::range(vec![resolver.tip("HEAD")?], vec![resolver.commit(revision)?]),
        Part::Commits(count) => resolver.last(*count)?,
        Part::Pushes(pushes, other) => resolver.pushes(pushes, other)?,
    };
    plan.excluded_is_scanned = true;
    Ok(plan)
}

struct Resolver<'s> {
    repository: git2::Repository,
    reader: Reader<'s>,
}

impl Resolver<'_> {
    fn commit(&mut self, revision: &str) -> Result<ObjectId, String> {
        self.resolve(revision).map_err(|e| format!("{revision:?}: {e}"))
    }

    fn resolve(&mut self, revision: &str) -> Result<ObjectId, String> {
        let Some((name, steps)) = revision::parse(revision) else {
            let id = self.repository.revparse_single(revision).map_err(|e| e.message().to_owned())?.id();
            return peel(&mut self.reader, id.into());
        };
        let id = self.named(name)?;
        let mut id = peel(&mut self.reader, id)?;
        for step in steps {
            let commit = Commit::read(&mut self.reader, id).map_err(|e| format!("{id}: {e}"))?;
            id = *commit.parents.get(step - 1).ok_or_else(|| format!("{id} has no such parent"))?;
        }
        Ok(id)
    }

    /// What a name or an id stands for. No object is read for it, except to complete an id.
    fn named(&self, name: &str) -> Result<ObjectId, String> {
        if let Some(id) = ObjectId::from_hex(name.as_bytes()) {
            return Ok(id);
        }
        let name = if matches!(name, "" | "@") { "HEAD" } else { name };
        let reference = self.repository.resolve_reference_from_short_name(name);
        match reference.and_then(|r| r.resolve()).ok().and_then(|r| r.target()) {
            Some(id) => Ok(id.into()),
            None => self
                .repository
                .revparse_single(name)
                .map(|o| o.id().into())
                .map_err(|e| e.message().to_owned()),
        }
    }

    fn tip(&mut self, revision: &str) -> Result<Tip, String> {
        Ok(Tip { id: self.commit(revision)?, name: revision.into() })
    }

    fn range(&mut self, range: &str) -> Result<Plan, String> {
        let or_head = |side: &str| if side.is_empty() { "HEAD".to_owned() } else { side.to_owned() };
        if let Some((left, right)) = range.split_once("...") {
            let (left, right) = (self.tip(&or_head(left))?, self.tip(&or_head(right))?);
            let bases = revision::merge_bases(&mut self.reader, left.id, &[right.id]);
            return Ok(Plan::range(vec![left, right], bases));
        }
        let Some((left, right)) = range.split_once("..") else {
            return Err(format!("{range:?} is no range: write A..B or A...B"));
        };
        let excluded = self.commit(&or_head(left))?;
        Ok(Plan::range(vec![self.tip(&or_head(right))?], vec![excluded]))
    }

    /// The last commits of HEAD, newest first as `git log -N` counts them. A parent that was never fetched
    /// (a shallow clone may end right here) is none.
    fn last(&mut self, count: u32) -> Result<Plan, String> {
        let head = self.tip("HEAD")?;
        let first = Commit::read(&mut self.reader, head.id).map_err(|e| format!("{}: {e}", head.id))?;
        let mut queue = BinaryHeap::from([(first.time, first.id)]);
        let mut wanted = BTreeSet::new();
        let mut parents = BTreeSet::new();
        while wanted.len() < count as usize
            && let Some((_, id)) = queue.pop()
        {
            if wanted.insert(id)
                && let Ok(commit) = Commit::read(&mut self.reader, id)
            {
                for parent in commit.parents.iter().filter_map(|p| Commit::read(&mut self.reader, *p).ok()) {
                    if parents.insert(parent.id) {
                        queue.push((parent.time, parent.id));
                    }
                }
            }
        }
        let excluded = parents.difference(&wanted).copied().collect();
        Ok(Plan::range(vec![head], excluded))
    }

    fn pushes(&mut self, pushes: &[Push], other: &OtherSide) -> Result<Plan, String> {
        let id = |hex: &str| ObjectId::from_hex(hex.as_bytes()).filter(|id| !id.is_zero());
        let mut tips = Vec::new();
        let mut excluded = self.other_side(other)?;
        for push in pushes {
            let Some(new) = id(&push.new) else { continue };
            tips.push(Tip { id: new, name: push.name.clone() });
            // What is replaced may never have been fetched; then there is nothing to compare with.
            excluded.extend(id(&push.old).filter(|old| self.reader.kind(*old).is_ok()));
        }
        let ref_names = tips.iter().map(|t| t.name.clone()).collect();
        Ok(Plan { ref_names, ..Plan::range(tips, excluded) })
    }

    /// The commits that the other side is known to have.
    fn other_side(&mut self, other: &OtherSide) -> Result<Vec<ObjectId>, String> {
        let prefix = match other {
            OtherSide::Here => "refs/".to_owned(),
            OtherSide::Remote(name) => {
                let remotes = self.repository.remotes().map_err(|e| e.message().to_owned())?;
                let only = || (remotes.len() == 1).then(|| remotes.get(0).ok().flatten()).flatten();
                match name.as_deref().or_else(only) {
                    // A push to a URL has no remote-tracking refs; what other remotes have does not count.
                    None => return Ok(Vec::new()),
                    Some(name) => format!("refs/remotes/{name}/"),
                }
            }
        };
        let refs =
            self.repository.references_glob(&format!("{prefix}*")).map_err(|e| e.message().to_owned())?;
        let targets: BTreeSet<ObjectId> =
            refs.flatten().filter_map(|r| r.resolve().ok()?.target()).map(ObjectId::from).collect();
        Ok(targets.into_iter().filter_map(|id| peel(&mut self.reader, id).ok()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_both_hooks() {
        let (a, b) = ("a".repeat(40), "0".repeat(40));
        let push = parse_pushes(format!("refs/heads/x {a} refs/heads/y {b}\n\n").as_bytes()).unwrap();
        assert_eq!(push, [Push { name: "refs/heads/x".into(), new: a.clone(), old: b.clone() }]);
        let receive = parse_pushes(format!("{b} {a} refs/heads/x").as_bytes()).unwrap();
        assert_eq!(receive, push);
        assert_eq!(parse_pushes(b""), Ok(Vec::new()));
        for bad in ["x", "a b c d", "refs/heads/x zz refs/heads/y 00", "a b c d e"] {
            assert!(parse_pushes(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
