//! The room of the vector kernels: blocks of 64 bytes become masks of 64 bits.
//!
//! Both kernels ask of every byte the same question: is it of this set? A set of bytes is two tables of 16
//! entries, one for each half of a byte, whose entries share a bit where the byte is of the set
//! ([`Nibbles`]); a shuffle looks 32 bytes up at once. That needs AVX2, which the compiler may not take for
//! granted on x86-64, so it is asked for at run time: this module is the only one with `unsafe` code. Who
//! calls it has another way for all other machines, and tests hold both to the same result.

#![allow(unsafe_code, reason = "two calls and two loads, each with its reason")]
#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "other machines have no proof to call it with")
)]

/// Bytes that one mask covers.
pub const BLOCK: usize = 64;

/// Length in bytes of the windows of [`Avx2::windows`].
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

/// A block by the sets that its bytes are of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Classes {
    /// Bit `i` says whether byte `i` is of one of the sets 0 to 3.
    pub(super) mask: u64,
    /// How many bytes are of the sets 4 to 7.
    pub(super) others: u32,
}

#[cfg(test)]
impl Classes {
    /// The classes of a block, by their definition.
    pub(super) fn of(block: &[u8; BLOCK], sets: &Nibbles) -> Self {
        let bit = |(i, b): (usize, &u8)| u64::from(sets.sets(*b) & 0x0f != 0) << i;
        Self {
            mask: block.iter().enumerate().map(bit).fold(0, |mask, bit| mask | bit),
            others: block.iter().filter(|b| sets.sets(**b) & 0xf0 != 0).count() as u32,
        }
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
            x86_64::classes(blocks, sets, classes);
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
            x86_64::windows(text, sets, masks);
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (text, sets, masks);
    }
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use std::arch::x86_64::{
        __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
        _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_setzero_si256,
        _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    use super::{BLOCK, Classes, Nibbles, REACH, WINDOW};

    /// Bytes of a vector.
    const LANE: usize = 32;

    /// The tables of one [`Nibbles`], once in each half of a vector: a shuffle does not reach further.
    #[derive(Clone, Copy)]
    struct Tables {
        low: __m256i,
        high: __m256i,
    }

    impl Tables {
        #[target_feature(enable = "avx2")]
        fn new(sets: &Nibbles) -> Self {
            // SAFETY: 16 bytes are read, of any alignment.
            let load = |half: &[u8; 16]| unsafe { _mm_loadu_si128(half.as_ptr().cast()) };
            Self {
                low: _mm256_broadcastsi128_si256(load(&sets.low)),
                high: _mm256_broadcastsi128_si256(load(&sets.high)),
            }
        }

        /// The sets that each of 32 bytes is of.
        #[target_feature(enable = "avx2")]
        #[inline]
        fn sets(self, bytes: &[u8; LANE]) -> __m256i {
            // SAFETY: 32 bytes are read, of any alignment.
            let v = unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) };
            let half = _mm256_set1_epi8(0x0f);
            let low = _mm256_shuffle_epi8(self.low, _mm256_and_si256(v, half));
            let high = _mm256_shuffle_epi8(self.high, _mm256_and_si256(_mm256_srli_epi16::<4>(v), half));
            _mm256_and_si256(low, high)
        }
    }

    /// Bit `i` says whether byte `i` is not zero.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn bits(v: __m256i) -> u64 {
        let zero = _mm256_cmpeq_epi8(v, _mm256_setzero_si256());
        u64::from(!_mm256_movemask_epi8(zero).cast_unsigned())
    }

    #[target_feature(enable = "avx2,popcnt")]
    pub(super) fn classes(blocks: &[[u8; BLOCK]], sets: &Nibbles, classes: &mut [Classes]) {
        let tables = Tables::new(sets);
        let (first, others) = (_mm256_set1_epi8(0x0f), _mm256_set1_epi8(0xf0u8.cast_signed()));
        for (block, classes) in blocks.iter().zip(classes) {
            let (lanes, _) = block.as_chunks::<LANE>();
            let (a, b) = (tables.sets(&lanes[0]), tables.sets(&lanes[1]));
            let mask = |of: __m256i| bits(_mm256_and_si256(a, of)) | bits(_mm256_and_si256(b, of)) << LANE;
            *classes = Classes { mask: mask(first), others: mask(others).count_ones() };
        }
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn windows(text: &[u8], sets: &[Nibbles; WINDOW], masks: &mut [u64]) {
        let tables =
            [Tables::new(&sets[0]), Tables::new(&sets[1]), Tables::new(&sets[2]), Tables::new(&sets[3])];
        let mut rest = text;
        for mask in masks {
            let Some(block) = rest.first_chunk::<REACH>() else { return };
            *mask = half_windows(block, 0, &tables) | half_windows(block, LANE, &tables) << LANE;
            rest = &rest[BLOCK..];
        }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn half_windows(block: &[u8; REACH], from: usize, tables: &[Tables; WINDOW]) -> u64 {
        let mut all = _mm256_set1_epi8(-1);
        for (i, tables) in tables.iter().enumerate() {
            if let Some(bytes) = block[from + i..].first_chunk() {
                all = _mm256_and_si256(all, tables.sets(bytes));
            }
        }
        bits(all)
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
            let Some(avx2) = Avx2::detect() else { return Ok(()) };
            let mut sets = [Nibbles::EMPTY; WINDOW];
            for (word, set) in &words {
                for (i, table) in sets.iter_mut().enumerate() {
                    let halves = |b: &u8| (1 << (b & 15), 1 << (b >> 4));
                    let (low, high) = word.as_bytes().get(i).map_or((u16::MAX, u16::MAX), halves);
                    table.add(low, high, *set);
                }
            }
            let (blocks, _) = text.as_chunks::<BLOCK>();
            let mut classes = vec![Classes::default(); blocks.len()];
            avx2.classes(blocks, &sets[0], &mut classes);
            prop_assert!(blocks.iter().map(|b| Classes::of(b, &sets[0])).eq(classes));
            let mut masks = vec![0; blocks.len()];
            avx2.windows(&text, &sets, &mut masks);
            for at in 0..(text.len() - REACH) / BLOCK * BLOCK + BLOCK {
                let window = &text[at..at + WINDOW];
                let all = window.iter().zip(&sets).fold(u8::MAX, |all, (b, sets)| all & sets.sets(*b));
                prop_assert_eq!(masks[at / BLOCK] >> (at % BLOCK) & 1 == 1, all != 0, "{}", at);
            }
        }
    }
}
