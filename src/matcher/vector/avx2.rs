//! The kernels with AVX2, 32 bytes at once.

use std::arch::x86_64::{
    __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
    _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_srli_epi16,
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
    let (first, others) = (_mm256_set1_epi8(0x0f), _mm256_set1_epi8(0x70));
    let closers = _mm256_set1_epi8(0xa0u8.cast_signed());
    for (block, classes) in blocks.iter().zip(classes) {
        let (lanes, _) = block.as_chunks::<LANE>();
        let (a, b) = (tables.sets(&lanes[0]), tables.sets(&lanes[1]));
        let mask = |of: __m256i| bits(_mm256_and_si256(a, of)) | bits(_mm256_and_si256(b, of)) << LANE;
        let others = mask(others).count_ones();
        *classes = Classes { mask: mask(first), others, closers: mask(closers) };
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn windows(text: &[u8], sets: &[Nibbles; WINDOW], masks: &mut [u64]) {
    let tables = [Tables::new(&sets[0]), Tables::new(&sets[1]), Tables::new(&sets[2]), Tables::new(&sets[3])];
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
