//! Object ids as twenty plain bytes.
//!
//! libgit2's own type compares and hashes through calls into C, which shows where every entry of every
//! tree is looked up; this one is inlined. Only SHA-1 ids exist here: repositories of another object
//! format are turned away when they are opened.

use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::str::FromStr;

/// The id of a git object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId([u8; Self::LEN]);

impl ObjectId {
    /// Length of an id in bytes.
    pub const LEN: usize = 20;
    /// The id of the empty blob, which the index may name although no such object is stored.
    pub const EMPTY_BLOB: Self =
        Self(*b"\xe6\x9d\xe2\x9b\xb2\xd1\xd6\x43\x4b\x8b\x29\xae\x77\x5a\xd8\xc2\xe4\x8c\x53\x91");
    /// The id of the empty tree, which a commit may name although no such object is stored.
    pub const EMPTY_TREE: Self =
        Self(*b"\x4b\x82\x5d\xc6\x42\xcb\x6e\xb9\xa0\x60\xe5\x4b\xf8\xd6\x92\x88\xfb\xee\x49\x04");

    /// The id in the first twenty bytes, or nothing when there are fewer.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.first_chunk::<{ Self::LEN }>().map(|b| Self(*b))
    }

    /// The id in forty hex digits.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.len() != Self::LEN * 2 {
            return None;
        }
        let mut bytes = [0; Self::LEN];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = (digit(pair[0])? << 4) | digit(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// The bytes of the id.
    pub fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Whether it is the id of zeros, which names no object.
    pub fn is_zero(&self) -> bool {
        self.0 == [0; Self::LEN]
    }
}

fn digit(hex: u8) -> Option<u8> {
    char::from(hex).to_digit(16).map(|d| d as u8)
}

/// Ids are already uniform: their first eight bytes are hash enough.
impl Hash for ObjectId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut head = [0; 8];
        head.copy_from_slice(&self.0[..8]);
        state.write_u64(u64::from_ne_bytes(head));
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text was not forty hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an object id of forty hex digits")]
pub struct NotAnId;

impl FromStr for ObjectId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        Self::from_hex(text.as_bytes()).ok_or(NotAnId)
    }
}

impl From<git2::Oid> for ObjectId {
    fn from(oid: git2::Oid) -> Self {
        Self::from_slice(oid.as_bytes()).unwrap_or(Self([0; Self::LEN]))
    }
}

/// A hasher for keys that are one `u64` and already well mixed in their low bits or in all of them.
#[derive(Debug, Default, Clone, Copy)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = (self.0.rotate_left(5) ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }
}

/// A set of object ids.
pub type IdSet = std::collections::HashSet<ObjectId, BuildHasherDefault<KeyHasher>>;
/// A map from object ids.
pub type IdMap<T> = std::collections::HashMap<ObjectId, T, BuildHasherDefault<KeyHasher>>;
