//! Revisions, ranges and pushes: which commits are meant.
//!
//! Takes what the user typed or what git hands to a hook; gives a [`Plan`]. Revisions are resolved by
//! libgit2, so every form that git knows works.

use std::collections::{BTreeSet, BinaryHeap};

use bstr::{BString, ByteSlice};

use super::Part;
use crate::source::history::{Location, ObjectId, Plan, Store, Tip};

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
pub(super) fn head(location: &Location) -> Option<ObjectId> {
    let repository = location.repository().ok()?;
    let commit = repository.head().ok()?.peel_to_commit().ok()?;
    Some(ObjectId::from(commit.id()))
}

/// The plan for a part of the history.
pub(super) fn plan(location: &Location, part: &Part) -> Result<Plan, String> {
    let repository = location.repository().map_err(|e| e.message().to_owned())?;
    let resolver = Resolver { location, repository };
    let mut plan = match part {
        Part::Everything { .. } | Part::Branches(_) => Plan::everything(location),
        Part::Range(range) => resolver.range(range)?,
        Part::Since(revision) => {
            Plan::range(vec![resolver.tip("HEAD")?], vec![resolver.commit(revision)?.into()])
        }
        Part::Commits(count) => resolver.last(*count)?,
        Part::Pushes(pushes, other) => resolver.pushes(pushes, other)?,
    };
    plan.excluded_is_scanned = true;
    Ok(plan)
}

struct Resolver<'a> {
    location: &'a Location,
    repository: git2::Repository,
}

impl Resolver<'_> {
    fn commit(&self, revision: &str) -> Result<git2::Oid, String> {
        let object = self.repository.revparse_single(revision);
        let commit = object.and_then(|o| o.peel_to_commit());
        commit.map(|c| c.id()).map_err(|e| format!("{revision:?}: {}", e.message()))
    }

    fn tip(&self, revision: &str) -> Result<Tip, String> {
        Ok(Tip { id: self.commit(revision)?.into(), name: revision.into() })
    }

    fn range(&self, range: &str) -> Result<Plan, String> {
        let or_head = |side: &str| if side.is_empty() { "HEAD".to_owned() } else { side.to_owned() };
        if let Some((left, right)) = range.split_once("...") {
            let (left, right) = (or_head(left), or_head(right));
            let bases = self.repository.merge_bases(self.commit(&left)?, self.commit(&right)?);
            let bases = bases.map(|b| b.iter().map(|id| ObjectId::from(*id)).collect()).unwrap_or_default();
            return Ok(Plan::range(vec![self.tip(&left)?, self.tip(&right)?], bases));
        }
        let Some((left, right)) = range.split_once("..") else {
            return Err(format!("{range:?} is no range: write A..B or A...B"));
        };
        let excluded = self.commit(&or_head(left))?.into();
        Ok(Plan::range(vec![self.tip(&or_head(right))?], vec![excluded]))
    }

    /// The last commits of HEAD, newest first as `git log -N` counts them. A parent that was never fetched
    /// (a shallow clone may end right here) is none.
    fn last(&self, count: u32) -> Result<Plan, String> {
        let head = self.repository.find_commit(self.commit("HEAD")?).map_err(|e| e.message().to_owned())?;
        let mut queue = BinaryHeap::from([(head.time().seconds(), head.id())]);
        let mut wanted = BTreeSet::new();
        let mut parents = BTreeSet::new();
        while wanted.len() < count as usize
            && let Some((_, id)) = queue.pop()
        {
            if wanted.insert(id)
                && let Ok(commit) = self.repository.find_commit(id)
            {
                for parent in commit.parent_ids().filter_map(|p| self.repository.find_commit(p).ok()) {
                    parents.insert(parent.id());
                    queue.push((parent.time().seconds(), parent.id()));
                }
            }
        }
        let excluded = parents.difference(&wanted).map(|id| ObjectId::from(*id)).collect();
        Ok(Plan::range(vec![self.tip("HEAD")?], excluded))
    }

    fn pushes(&self, pushes: &[Push], other: &OtherSide) -> Result<Plan, String> {
        let store = Store::open(&self.location.object_dirs);
        let mut reader = store.reader();
        let id = |hex: &str| ObjectId::from_hex(hex.as_bytes()).filter(|id| !id.is_zero());
        let mut tips = Vec::new();
        let mut excluded = self.other_side(other)?;
        for push in pushes {
            let Some(new) = id(&push.new) else { continue };
            tips.push(Tip { id: new, name: push.name.clone() });
            // What is replaced may never have been fetched; then there is nothing to compare with.
            excluded.extend(id(&push.old).filter(|old| reader.kind(*old).is_ok()));
        }
        let ref_names = tips.iter().map(|t| t.name.clone()).collect();
        Ok(Plan { ref_names, ..Plan::range(tips, excluded) })
    }

    /// The commits that the other side is known to have.
    fn other_side(&self, other: &OtherSide) -> Result<Vec<ObjectId>, String> {
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
        let commits = refs.flatten().filter_map(|r| r.peel_to_commit().ok());
        Ok(commits.map(|c| ObjectId::from(c.id())).collect())
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
