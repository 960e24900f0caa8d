//! The room of the vector kernels: blocks of 64 bytes become masks of 64 bits.
//!
//! Both kernels ask of every byte the same question: is it of this set? With AVX2 a set of bytes is two tables
//! of 16 entries, one for each half of a byte, whose entries share a bit where the byte is of the set
//! ([`Nibbles`]); a shuffle looks 32 bytes up at once. With AVX-512 it may also be one table of 64 entries
//! ([`Sixes`]), and 64 bytes are looked up at once. The compiler may not take either for granted on x86-64, so
//! they are asked for at run time: this module is the only one with `unsafe` code. Who calls it has another
//! way for all other machines, and tests hold all to the same result.

#![allow(unsafe_code, reason = "four calls and a few loads, each with its reason")]
#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "other machines have no proof to call it with")
)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

/// Bytes that one mask covers.
pub const BLOCK: usize = 64;

/// Length in bytes of the windows that [`Avx2::windows`] and [`Avx512::windows`] find.
pub(super) const WINDOW: usize = 4;

/// A block with what the windows that begin in it reach behind it.
pub(super) const REACH: usize = BLOCK + WINDOW - 1;

/// Up to eight sets of bytes: byte `b` is of set `i` where bit `i` is set in `low[b & 15] & high[b >> 4]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nibbles {
    low: [u8; 16],
    high: [u8; 16],
}

impl Nibbles {
    /// Adds the bytes to a set whose low half is in `low` and whose high half is in `high`, as bits.
    pub(super) const fn add(&mut self, low: u16, high: u16, set: u8) {
        let mut half = 0;
        while half < 16 {
            self.low[half] |= ((low >> half & 1) as u8) << set;
            self.high[half] |= ((high >> half & 1) as u8) << set;
            half += 1;
        }
    }

    /// No bytes at all.
    pub(super) const EMPTY: Self = Self { low: [0; 16], high: [0; 16] };

    /// The sets that a byte is of, as bits.
    #[cfg(test)]
    pub(super) fn sets(&self, byte: u8) -> u8 {
        self.low[usize::from(byte & 15)] & self.high[usize::from(byte >> 4)]
    }
}

/// Up to eight sets of bytes that differ in their lower six bits: byte `b` may be of set `i` where bit `i` is
/// set in entry `b & 63`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sixes([u8; 64]);

impl Sixes {
    /// No bytes at all.
    pub(super) const EMPTY: Self = Self([0; 64]);

    /// Adds the bytes to a set whose lower six bits are in `bytes`, as bits.
    pub(super) const fn add(&mut self, bytes: u64, set: u8) {
        let mut six = 0;
        while six < 64 {
            self.0[six] |= ((bytes >> six & 1) as u8) << set;
            six += 1;
        }
    }

    /// The sets that a byte may be of, as bits.
    #[cfg(test)]
    pub(super) fn sets(&self, byte: u8) -> u8 {
        self.0[usize::from(byte & 63)]
    }
}

/// A block by the sets that its bytes are of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Classes {
    /// Bit `i` says whether byte `i` is of one of the sets 0 to 3.
    pub(super) mask: u64,
    /// How many bytes are of the sets 4 to 6.
    pub(super) others: u32,
    /// Bit `i` says whether byte `i` is of set 5 or 7.
    pub(super) closers: u64,
}

#[cfg(test)]
impl Classes {
    /// The classes of a block, by their definition.
    pub(super) fn of(block: &[u8; BLOCK], sets: &Nibbles) -> Self {
        let bits = |of: u8| {
            let bit = |(i, b): (usize, &u8)| u64::from(sets.sets(*b) & of != 0) << i;
            block.iter().enumerate().map(bit).fold(0, |mask, bit| mask | bit)
        };
        Self { mask: bits(0x0f), others: bits(0x70).count_ones(), closers: bits(0xa0) }
    }
}

/// Proof that this machine has AVX2, and POPCNT with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    /// The proof, where it can be had.
    #[inline]
    pub(super) fn detect() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("popcnt") {
            return Some(Self(()));
        }
        None
    }

    /// The classes of each block.
    pub(super) fn classes(self, blocks: &[[u8; BLOCK]], sets: &Nibbles, classes: &mut [Classes]) {
        // SAFETY: `self` exists only where the machine has AVX2 and POPCNT.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            avx2::classes(blocks, sets, classes);
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (blocks, sets, classes);
    }

    /// Bit `i` of a mask says whether a window begins at byte `i` of its block whose first byte is of a set of
    /// `sets[0]`, the second of the same set of `sets[1]`, and so on. One mask for each block of the text that
    /// has [`REACH`] bytes.
    pub(super) fn windows(self, text: &[u8], sets: &[Nibbles; WINDOW], masks: &mut [u64]) {
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            avx2::windows(text, sets, masks);
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (text, sets, masks);
    }
}

/// Proof that this machine has AVX-512 with the byte shuffle VBMI, and POPCNT with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx512(());

impl Avx512 {
    /// The proof, where it can be had.
    #[inline]
    pub(super) fn detect() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512bw")
            && std::arch::is_x86_feature_detected!("avx512vbmi")
            && std::arch::is_x86_feature_detected!("popcnt")
        {
            return Some(Self(()));
        }
        None
    }

    /// The classes of each block.
    pub(super) fn classes(self, blocks: &[[u8; BLOCK]], sets: &Nibbles, classes: &mut [Classes]) {
        // SAFETY: `self` exists only where the machine has all this.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            avx512::classes(blocks, sets, classes);
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (blocks, sets, classes);
    }

    /// As [`Avx2::windows`].
    pub(super) fn windows(self, text: &[u8], sets: &[Sixes; WINDOW], masks: &mut [u64]) {
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            avx512::windows(text, sets, masks);
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (text, sets, masks);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn masks_are_what_the_tables_say(
            text in prop::collection::vec(prop_oneof![any::<u8>(), 0x5fu8..0x64], REACH..5 * BLOCK),
            words in prop::collection::vec(("[_-d]{4}|[_-d]{3}", 0u8..8), 0..6)
        ) {
            let (mut nibbles, mut sixes) = ([Nibbles::EMPTY; WINDOW], [Sixes::EMPTY; WINDOW]);
            for (word, set) in &words {
                for i in 0..WINDOW {
                    let byte = word.as_bytes().get(i);
                    let (low, high) = byte.map_or((u16::MAX, u16::MAX), |b| (1 << (b & 15), 1 << (b >> 4)));
                    nibbles[i].add(low, high, *set);
                    sixes[i].add(byte.map_or(u64::MAX, |b| 1 << (b & 63)), *set);
                }
            }
            let (blocks, _) = text.as_chunks::<BLOCK>();
            let expected: Vec<Classes> = blocks.iter().map(|b| Classes::of(b, &nibbles[0])).collect();
            let (mut classes, mut masks) = (vec![Classes::default(); blocks.len()], vec![0; blocks.len()]);
            if let Some(avx2) = Avx2::detect() {
                avx2.classes(blocks, &nibbles[0], &mut classes);
                prop_assert_eq!(&classes, &expected);
                avx2.windows(&text, &nibbles, &mut masks);
                all_windows(&text, &masks, |i, byte| nibbles[i].sets(byte))?;
            }
            if let Some(avx512) = Avx512::detect() {
                avx512.classes(blocks, &nibbles[0], &mut classes);
                prop_assert_eq!(&classes, &expected);
                avx512.windows(&text, &sixes, &mut masks);
                all_windows(&text, &masks, |i, byte| sixes[i].sets(byte))?;
            }
        }
    }

    /// Whether the masks say of each window what the tables say of its bytes.
    fn all_windows(text: &[u8], masks: &[u64], sets: impl Fn(usize, u8) -> u8) -> Result<(), TestCaseError> {
        for at in 0..(text.len() - REACH) / BLOCK * BLOCK + BLOCK {
            let window = text[at..at + WINDOW].iter().enumerate();
            let all = window.fold(u8::MAX, |all, (i, byte)| all & sets(i, *byte));
            prop_assert_eq!(masks[at / BLOCK] >> (at % BLOCK) & 1 == 1, all != 0, "{}", at);
        }
        Ok(())
    }
}
