//! The kernels with AVX-512, 64 bytes at once.

use std::arch::x86_64::{
    __m512i, _MM_HINT_T0, _mm_loadu_si128, _mm_prefetch, _mm512_and_si512, _mm512_broadcast_i32x4,
    _mm512_loadu_si512, _mm512_permutexvar_epi8, _mm512_set1_epi8, _mm512_shuffle_epi8, _mm512_srli_epi16,
    _mm512_test_epi8_mask,
};

use super::{BLOCK, Classes, Nibbles, REACH, Sixes, WINDOW};

#[target_feature(enable = "avx512f")]
#[inline]
fn load(bytes: &[u8; BLOCK]) -> __m512i {
    // SAFETY: 64 bytes are read, of any alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn four_times(half: &[u8; 16]) -> __m512i {
    // SAFETY: 16 bytes are read, of any alignment.
    _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(half.as_ptr().cast()) })
}

/// How far ahead of the block at hand the text is asked for: about what is looked at until it is needed. The
/// processor itself looks ahead within a page only.
const AHEAD: usize = 2048;

/// Has memory brought near; an address where none is does nothing.
#[inline]
fn ask_for(address: *const u8) {
    // SAFETY: nothing is read.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
}

#[target_feature(enable = "avx512f,avx512bw,popcnt")]
pub(super) fn classes(blocks: &[[u8; BLOCK]], sets: &Nibbles, classes: &mut [Classes]) {
    let (low, high) = (four_times(&sets.low), four_times(&sets.high));
    let half = _mm512_set1_epi8(0x0f);
    let (others, closers) = (_mm512_set1_epi8(0x70), _mm512_set1_epi8(0xa0u8.cast_signed()));
    for (block, classes) in blocks.iter().zip(classes) {
        ask_for(block.as_ptr().wrapping_add(AHEAD));
        let bytes = load(block);
        let low = _mm512_shuffle_epi8(low, _mm512_and_si512(bytes, half));
        let high = _mm512_shuffle_epi8(high, _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), half));
        let sets = _mm512_and_si512(low, high);
        let others = _mm512_test_epi8_mask(sets, others).count_ones();
        let closers = _mm512_test_epi8_mask(sets, closers);
        *classes = Classes { mask: _mm512_test_epi8_mask(sets, half), others, closers };
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) fn windows(text: &[u8], sets: &[Sixes; WINDOW], masks: &mut [u64]) {
    let [a, b, c, d] = [load(&sets[0].0), load(&sets[1].0), load(&sets[2].0), load(&sets[3].0)];
    let mut rest = text;
    for mask in masks {
        let Some(block) = rest.first_chunk::<REACH>() else { return };
        let (first, second) = (at::<0>(block, a), at::<1>(block, b));
        let (third, fourth) = (at::<2>(block, c), at::<3>(block, d));
        let (front, back) = (_mm512_and_si512(first, second), _mm512_and_si512(third, fourth));
        *mask = _mm512_test_epi8_mask(front, back);
        rest = &rest[BLOCK..];
    }
}

/// The sets of the bytes that begin so far into the block.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
#[inline]
fn at<const FROM: usize>(block: &[u8; REACH], sets: __m512i) -> __m512i {
    let (bytes, _) = block[FROM..].split_first_chunk().unwrap_or((&[0; BLOCK], &[]));
    // The lower six bits of each byte count, and no others.
    _mm512_permutexvar_epi8(load(bytes), sets)
}
