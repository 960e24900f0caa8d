//! What a version has that the previous one did not: the bytes between their common prefix and suffix.

use std::ops::Range;

const BLOCK: usize = 32;

/// The range of `new` that is left when the beginning and the end that it shares with `old` are cut off.
pub(super) fn changed(old: &[u8], new: &[u8]) -> Range<usize> {
    let prefix = common_prefix(old, new);
    let suffix = common_suffix(&old[prefix..], &new[prefix..]);
    prefix..new.len() - suffix
}

/// How many bytes at the beginning are the same.
pub(super) fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    let (blocks_a, blocks_b) = (a.as_chunks::<BLOCK>().0, b.as_chunks::<BLOCK>().0);
    let same = blocks_a.iter().zip(blocks_b).take_while(|(a, b)| a == b).count() * BLOCK;
    same + a[same..].iter().zip(&b[same..]).take_while(|(a, b)| a == b).count()
}

/// How many bytes at the end are the same.
pub(super) fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    let (blocks_a, blocks_b) = (a.as_rchunks::<BLOCK>().1, b.as_rchunks::<BLOCK>().1);
    let same = blocks_a.iter().rev().zip(blocks_b.iter().rev()).take_while(|(a, b)| a == b).count() * BLOCK;
    let (a, b) = (&a[..a.len() - same], &b[..b.len() - same]);
    same + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}
