//! What a repository holds, of any bytes: trees, commits, packs, loose objects, and the files of git itself.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use super::commits::Commit;
use super::store::delta;
use super::store::pack::{Base, entry_head};
use super::trees::{Cursor, Mode, entries};
use super::{Location, ObjectId, Plan, Store, list, tag_target};

/// No object that is read here may be larger.
const LIMIT: u64 = 1 << 20;

type Owned = (u8, Vec<u8>, ObjectId);

/// Versions of a directory, one behind the other: each version's new entries are given, and none that it
/// does not have. The first byte says how many versions the rest is cut into.
pub(crate) fn trees(data: &[u8]) {
    let Some((count, bytes)) = data.split_first() else { return };
    let size = bytes.len().div_ceil(usize::from(*count % 4) + 1).max(1);
    let mut cursor = Cursor::default();
    let mut before = BTreeSet::new();
    for version in bytes.chunks(size) {
        let whole: Result<Vec<_>, _> = entries(version).collect();
        let whole = whole.map(|all| all.iter().map(own).collect::<BTreeSet<_>>());
        let mut given = BTreeSet::new();
        let result = cursor.advance(Arc::new(version.to_vec()), |entry| {
            given.insert(own(&entry));
        });
        match whole {
            Ok(all) => {
                assert!(result.is_ok());
                assert!(given.is_subset(&all), "an entry that is not there");
                assert!(all.difference(&before).all(|entry| given.contains(entry)), "an entry is missed");
                before = all;
            }
            Err(_) => {
                assert!(result.is_err(), "a malformed tree is taken for a whole one");
                before.clear();
            }
        }
    }
}

fn own(entry: &super::trees::Entry<'_>) -> Owned {
    let mode = match entry.mode {
        Mode::Tree => 0,
        Mode::File => 1,
        Mode::Link => 2,
        Mode::Submodule => 3,
    };
    (mode, entry.name.to_vec(), entry.id)
}

/// Commits and tags.
pub(crate) fn commits(data: &[u8]) {
    let Some(id) = ObjectId::from_slice(&[0; ObjectId::LEN]) else { return };
    if let Some(commit) = Commit::parse(id, data) {
        assert!(commit.parents.len() <= data.len() / ObjectId::LEN);
    }
    tag_target(data);
}

/// A delta and the base it is made against, cut apart where the first two bytes say.
pub(crate) fn deltas(data: &[u8]) {
    let Some((base, delta)) = halves(data) else { return };
    if let Some(made) = delta::apply(base, delta) {
        assert_eq!(delta::sizes(delta).map(|(_, size, _)| size), Some(made.len() as u64));
    }
    if let Some(head) = entry_head(delta) {
        assert!(head.data <= delta.len());
        assert_eq!(head.code >= 6, head.base != Base::None);
    }
}

/// A pack and its index, cut apart where the first two bytes say. Whatever the index names is asked for.
pub(crate) fn packs(data: &[u8]) {
    let Some((index, pack)) = halves(data) else { return };
    let Ok(folder) = tempfile::tempdir() else { return };
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join("pack").join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder.path())).and_then(|()| fs::write(path, bytes))
    };
    if write("pack-1.idx", index).and_then(|()| write("pack-1.pack", pack)).is_err() {
        return;
    }
    let ids = index.get(8 + 1024..).unwrap_or_default().chunks_exact(ObjectId::LEN).take(32);
    read(folder.path(), ids.filter_map(ObjectId::from_slice));
}

/// A loose object: as it is where the first byte is even, else what is to be deflated.
pub(crate) fn loose(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    let Ok(folder) = tempfile::tempdir() else { return };
    let bytes = if kind % 2 == 0 { Some(bytes.to_vec()) } else { deflated(bytes) };
    let file = folder.path().join("00").join("0".repeat(38));
    let made = fs::create_dir_all(folder.path().join("00"))
        .and_then(|()| fs::write(file, bytes.unwrap_or_default()));
    if made.is_ok() {
        read(folder.path(), ObjectId::from_slice(&[0; ObjectId::LEN]).into_iter());
    }
}

fn deflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

fn read(objects: &Path, ids: impl Iterator<Item = ObjectId>) {
    let store = Store::open(&[objects.to_owned()]);
    let mut reader = store.reader();
    for id in ids {
        if let Ok((_, bytes)) = reader.read(id, LIMIT) {
            assert!(bytes.len() as u64 <= 256 * LIMIT);
        }
        reader.kind(id).ok();
        list(&mut reader, id).ok();
    }
}

/// The files of git itself, by the first byte: configuration, index, refs, reflogs, and what leads elsewhere.
pub(crate) fn repository(data: &[u8]) {
    const FILES: [&str; 10] = [
        "config",
        "index",
        "packed-refs",
        "HEAD",
        "refs/heads/main",
        "logs/HEAD",
        "shallow",
        "objects/info/alternates",
        "commondir",
        "info/exclude",
    ];
    let Some((file, bytes)) = data.split_first() else { return };
    let Ok(folder) = tempfile::tempdir() else { return };
    let git = folder.path().join(".git");
    let write = |name: &str, bytes: &[u8]| {
        let path = git.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&git)).and_then(|()| fs::write(path, bytes)).ok();
    };
    fs::create_dir_all(git.join("objects/pack")).ok();
    write("HEAD", b"ref: refs/heads/main\n");
    write("config", b"[core]\n\trepositoryformatversion = 0\n");
    write("refs/heads/main", b"4b825dc642cb6eb9a060e54bf8d69288fbee4904\n");
    match FILES.get(usize::from(*file) % (FILES.len() + 1)) {
        Some(name) => write(name, bytes),
        None => {
            fs::remove_dir_all(&git).ok();
            fs::write(&git, bytes).ok();
        }
    }
    if let Ok(location) = Location::discover(folder.path()) {
        Plan::everything(&location);
        location.submodules();
        location.repository().ok();
    }
    if let Some(Ok(repository)) = crate::git::discover(folder.path())
        && let Ok(index) = repository.index()
    {
        assert!(index.iter().count() <= bytes.len());
        crate::git::index_agrees(&fs::read(repository.path().join("index")).unwrap_or_default(), &index);
    }
}

/// Two parts; the first two bytes say where to cut.
fn halves(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = data.split_first_chunk::<2>()?;
    Some(rest.split_at(usize::from(u16::from_le_bytes(*head)) % (rest.len() + 1)))
}
