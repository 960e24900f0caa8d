//! Applying a git delta: a list of "copy this range of the base" and "insert these bytes".

/// The sizes that a delta begins with: of its base and of its result, and where its commands begin.
pub(in super::super) fn sizes(delta: &[u8]) -> Option<(u64, u64, usize)> {
    let mut at = 0;
    let base = varint(delta, &mut at)?;
    let result = varint(delta, &mut at)?;
    Some((base, result, at))
}

fn varint(bytes: &[u8], at: &mut usize) -> Option<u64> {
    let (mut value, mut shift) = (0u64, 0);
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
}

/// Largest result for which room is made before a single command was read.
const TRUSTED_SIZE: u64 = 64 << 20;

/// Builds the object that `delta` makes of `base`; nothing when the delta is malformed.
pub(in super::super) fn apply(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let (base_size, size, mut at) = sizes(delta)?;
    if base_size != base.len() as u64 {
        return None;
    }
    let mut result = Vec::with_capacity(size.min(TRUSTED_SIZE) as usize);
    while let Some(&command) = delta.get(at) {
        at += 1;
        let piece = if command & 0x80 != 0 {
            let (offset, len) = copy_range(command, delta, &mut at)?;
            base.get(offset..offset.checked_add(len)?)?
        } else {
            let start = at;
            at += usize::from(command);
            if command == 0 {
                return None;
            }
            delta.get(start..at)?
        };
        if (result.len() + piece.len()) as u64 > size {
            return None;
        }
        result.extend_from_slice(piece);
    }
    (result.len() as u64 == size).then_some(result)
}

fn copy_range(command: u8, delta: &[u8], at: &mut usize) -> Option<(usize, usize)> {
    let mut numbers = [0usize; 2];
    for bit in 0..7 {
        if command & (1 << bit) != 0 {
            let (number, shift) = if bit < 4 { (0, bit * 8) } else { (1, (bit - 4) * 8) };
            numbers[number] |= usize::from(*delta.get(*at)?) << shift;
            *at += 1;
        }
    }
    let [offset, len] = numbers;
    Some((offset, if len == 0 { 0x10000 } else { len }))
}
