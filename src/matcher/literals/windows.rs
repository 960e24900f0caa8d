//! Windows: the first four bytes of literals, looked for by a vector kernel.
//!
//! Takes literals once and texts many times; gives the places at which a literal may stand. A kernel tells
//! eight sets of windows apart, so literals that look alike share one.

use crate::matcher::vector::{Avx2, Avx512, BLOCK, Nibbles, REACH, Sixes, WINDOW};

/// Sets of bytes that windows are told apart by.
const SETS: usize = 8;
/// Blocks whose masks are made at once.
const BATCH: usize = 32;

/// The bytes that the windows of literals hold at each of their places, and what looks for them.
#[derive(Debug)]
pub(super) enum Windows {
    Sixes(Avx512, Box<[Sixes; WINDOW]>),
    Halves(Avx2, Box<[Nibbles; WINDOW]>),
}

impl Windows {
    /// The windows of these literals, with the best kernel that this machine has; `None` where it has none.
    pub(super) fn new<'t, T: Iterator<Item = &'t [u8]>>(literals: impl Fn() -> T) -> Option<Self> {
        Self::by_sixes(literals()).or_else(|| Self::by_halves(literals()))
    }

    fn by_sixes<'t>(literals: impl Iterator<Item = &'t [u8]>) -> Option<Self> {
        let mut sets = Box::new([Sixes::EMPTY; WINDOW]);
        let machine = Avx512::detect()?;
        fill(literals, |place, set, bytes: SixBits| sets[place].add(bytes.0, set));
        Some(Self::Sixes(machine, sets))
    }

    pub(super) fn by_halves<'t>(literals: impl Iterator<Item = &'t [u8]>) -> Option<Self> {
        let mut sets = Box::new([Nibbles::EMPTY; WINDOW]);
        let machine = Avx2::detect()?;
        fill(literals, |place, set, bytes: Halves| sets[place].add(bytes.low, bytes.high, set));
        Some(Self::Halves(machine, sets))
    }

    /// Calls `f` with each place from `from` on at which a window looks like a literal's.
    pub(super) fn find(&self, text: &[u8], from: usize, mut f: impl FnMut(usize)) {
        let mut masks = [0; BATCH];
        let mut at = from;
        let mut places = |at: usize, mut mask: u64| {
            while mask != 0 {
                f(at + mask.trailing_zeros() as usize);
                mask &= mask - 1;
            }
        };
        while text.len() - at >= REACH {
            let blocks = ((text.len() - at - REACH) / BLOCK + 1).min(BATCH);
            self.masks(&text[at..], &mut masks[..blocks]);
            for mask in &masks[..blocks] {
                places(at, *mask);
                at += BLOCK;
            }
        }
        let mut last = [0; 2 * BLOCK + WINDOW - 1];
        last[..text.len() - at].copy_from_slice(&text[at..]);
        self.masks(&last, &mut masks[..2]);
        for mask in &masks[..2] {
            places(at, *mask);
            at += BLOCK;
        }
    }

    /// One mask for each block: where a window looks like one of the literals.
    fn masks(&self, text: &[u8], masks: &mut [u64]) {
        match self {
            Self::Sixes(machine, sets) => machine.windows(text, sets, masks),
            Self::Halves(machine, sets) => machine.windows(text, sets, masks),
        }
    }
}

/// Shares the literals out among the sets; `add(place, set, bytes)` for each set and each place of its windows.
fn fill<'t, B: Bytes>(literals: impl Iterator<Item = &'t [u8]>, mut add: impl FnMut(usize, u8, B)) {
    let mut groups: Vec<Group<B>> = literals.map(Group::new).collect();
    while groups.len() > SETS {
        let (i, j) = nearest(&groups);
        let other = groups.swap_remove(j);
        groups[i] = groups[i].with(&other);
    }
    for (set, group) in (0..).zip(&groups) {
        group.bytes.iter().enumerate().for_each(|(place, bytes)| add(place, set, *bytes));
    }
}

/// The two groups that are together least worse than alone: what two let through that have little in common
/// has one byte of this and one of that.
fn nearest<B: Bytes>(groups: &[Group<B>]) -> (usize, usize) {
    let pairs = (1..groups.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
    let worse =
        |(i, j): &(usize, usize)| groups[*i].with(&groups[*j]).cost - groups[*i].cost - groups[*j].cost;
    pairs.min_by_key(worse).unwrap_or_default()
}

/// Literals that share a set.
#[derive(Debug, Clone, Copy)]
struct Group<B> {
    /// The bytes at each place of the window.
    bytes: [B; WINDOW],
    /// How often ordinary text has such a window, as a measure.
    cost: i64,
}

impl<B: Bytes> Group<B> {
    fn new(literal: &[u8]) -> Self {
        Self::of(std::array::from_fn(|i| literal.get(i).map_or(B::ALL, |b| B::of(*b))))
    }

    fn with(&self, other: &Self) -> Self {
        Self::of(std::array::from_fn(|i| self.bytes[i].with(other.bytes[i])))
    }

    fn of(bytes: [B; WINDOW]) -> Self {
        Self { bytes, cost: bytes.iter().map(|b| b.weight()).product() }
    }
}

/// A set of bytes as a kernel knows it: not as exactly as one would.
trait Bytes: Copy {
    const ALL: Self;
    fn of(byte: u8) -> Self;
    fn with(self, other: Self) -> Self;
    /// How often ordinary text has one of them, as a measure. This is asked some thousand times at every start.
    fn weight(self) -> i64;
}

/// The lower six bits of bytes, as bits.
#[derive(Debug, Clone, Copy)]
struct SixBits(u64);

impl Bytes for SixBits {
    const ALL: Self = Self(u64::MAX);

    fn of(byte: u8) -> Self {
        Self(1 << (byte & 63))
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn weight(self) -> i64 {
        if self.0 == u64::MAX {
            return ALL;
        }
        let (mut left, mut sum) = (self.0, 0);
        while left != 0 {
            let six = left.trailing_zeros() as usize;
            sum += WEIGHTS[six >> 4][six & 15] + WEIGHTS[six >> 4 | 4][six & 15];
            left &= left - 1;
        }
        sum
    }
}

/// The lower and the higher halves of bytes, as bits.
#[derive(Debug, Clone, Copy)]
struct Halves {
    low: u16,
    high: u16,
}

impl Bytes for Halves {
    const ALL: Self = Self { low: u16::MAX, high: u16::MAX };

    fn of(byte: u8) -> Self {
        Self { low: 1 << (byte & 15), high: 1 << (byte >> 4) }
    }

    fn with(self, other: Self) -> Self {
        Self { low: self.low | other.low, high: self.high | other.high }
    }

    fn weight(self) -> i64 {
        if self.low == u16::MAX {
            return ALL;
        }
        let (mut high, mut sum) = (self.high, 0);
        while high != 0 {
            let (row, mut low) = (&WEIGHTS[high.trailing_zeros() as usize], self.low);
            high &= high - 1;
            while low != 0 {
                sum += row[low.trailing_zeros() as usize];
                low &= low - 1;
            }
        }
        sum
    }
}

/// How often each byte stands in ordinary text, as a measure: letters by their frequency in English, since
/// code is made of it. By its high half and its low half.
const WEIGHTS: [[i64; 16]; 16] = {
    let mut weights = [[0; 16]; 16];
    let mut byte = 0u8;
    while byte < 0x80 {
        weights[(byte >> 4) as usize][(byte & 15) as usize] = match byte {
            b' ' => 24,
            b'a' | b'e' | b'i' | b'n' | b'o' | b'r' | b's' | b't' => 10,
            b'c' | b'd' | b'l' | b'm' | b'p' | b'u' => 6,
            b'a'..=b'z' => 3,
            _ => 1,
        };
        byte += 1;
    }
    weights
};

/// About what all bytes weigh.
const ALL: i64 = 300;
