//! UTF-16, with a byte order mark or without, whole files and strings inside binaries.
//!
//! Takes bytes, gives narrow views: one byte per UTF-16 unit, so that offsets map by arithmetic. A file
//! that is UTF-16 gives one view; a binary gives a view of its even and one of its odd positions, in
//! which every wide ASCII string of either byte order stands whole.

use super::View;

/// Byte order of a UTF-16 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Low byte first, as on Windows.
    Little,
    /// High byte first.
    Big,
}

/// How many bytes decide whether a file without a mark is UTF-16.
const SAMPLE: usize = 4096;

/// The byte order of a text that is UTF-16 as a whole; `None` for any other.
pub fn sniff(bytes: &[u8]) -> Option<Order> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => None, // UTF-32, little end first
        [0xff, 0xfe, ..] => Some(Order::Little),
        [0xfe, 0xff, ..] => Some(Order::Big),
        _ => sniff_unmarked(&bytes[..bytes.len().min(SAMPLE)]),
    }
}

/// Western text has its high bytes zero and its low bytes not: nine in ten must be so.
fn sniff_unmarked(sample: &[u8]) -> Option<Order> {
    let (pairs, _) = sample.as_chunks::<2>();
    if pairs.len() < 8 {
        return None;
    }
    let count = |is: fn(&[u8; 2]) -> bool| pairs.iter().filter(|p| is(p)).count();
    let most = pairs.len() * 9 / 10;
    if count(|p| p[1] == 0 && is_text(p[0])) >= most {
        Some(Order::Little)
    } else if count(|p| p[0] == 0 && is_text(p[1])) >= most {
        Some(Order::Big)
    } else {
        None
    }
}

fn is_text(b: u8) -> bool {
    b >= b' ' || matches!(b, b'\n' | b'\r' | b'\t')
}

/// The views of a file that holds NUL bytes: one where it is UTF-16, two where it is a binary. A view
/// without a wide string as long as a token's run is left out.
pub fn views(bytes: &[u8]) -> Vec<View> {
    match sniff(bytes) {
        Some(order) => vec![narrow(bytes, 0, order)],
        None => [0, 1]
            .into_iter()
            .filter(|start| has_wide_string(bytes.get(*start..).unwrap_or(&[])))
            .map(|start| narrow(bytes, start, Order::Little))
            .collect(),
    }
}

fn narrow(bytes: &[u8], start: usize, order: Order) -> View {
    let (pairs, _) = bytes.get(start..).unwrap_or(&[]).as_chunks::<2>();
    // Without a branch, so that many units are narrowed at once.
    let narrow_unit = |unit: u16| unit as u8 | u8::from(unit >= 0x80).wrapping_neg();
    let text = match order {
        Order::Little => pairs.iter().map(|p| narrow_unit(u16::from_le_bytes(*p))).collect(),
        Order::Big => pairs.iter().map(|p| narrow_unit(u16::from_be_bytes(*p))).collect(),
    };
    View { text, start, stride: 2 }
}

/// Least number of units of a wide string that is worth a view.
const WORTH: usize = 16;

fn has_wide_string(bytes: &[u8]) -> bool {
    let (pairs, _) = bytes.as_chunks::<2>();
    let is_wide = |p: &[u8; 2]| {
        let unit = u16::from_le_bytes(*p);
        unit.wrapping_sub(0x20) < 0x60 || matches!(unit, 9 | 10 | 13)
    };
    // From the back of each window: what is no wide character rules out every start before it.
    let mut at = 0;
    while let Some(window) = pairs.get(at..at + WORTH) {
        match window.iter().rposition(|p| !is_wide(p)) {
            Some(i) => at += i + 1,
            None => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(text: &str, order: Order) -> Vec<u8> {
        let bytes = |u: u16| if order == Order::Little { u.to_le_bytes() } else { u.to_be_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn marked_and_unmarked_text_of_both_orders() {
        for order in [Order::Little, Order::Big] {
            for mark in ["\u{feff}", ""] {
                let text = format!("{mark}token = abcdefghijkl\r\nlast line");
                let bytes = encode(&text, order);
                assert_eq!(sniff(&bytes), Some(order), "{mark:?}");
                let views = views(&bytes);
                assert_eq!(views.len(), 1);
                assert!(views[0].text.ends_with(b"token = abcdefghijkl\r\nlast line"));
            }
        }
    }

    #[test]
    fn other_text_and_binaries_are_not_utf16() {
        for bytes in
            [&b"plain text, nothing else"[..], b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0", b""]
        {
            assert_eq!(sniff(bytes), None);
        }
    }

    #[test]
    fn wide_strings_in_a_binary_are_seen_at_even_and_odd_places_in_both_orders() {
        for order in [Order::Little, Order::Big] {
            for before in 0..4 {
                let mut bytes = vec![1u8; 300 + before];
                bytes.push(0);
                let at = bytes.len();
                bytes.extend(encode("AccessTokenOfSomeLength", order));
                bytes.extend([0, 9, 9]);
                let hit = views(&bytes).iter().find_map(|v| {
                    let found = memchr::memmem::find(&v.text, b"AccessTokenOfSomeLengt")?;
                    Some(v.original(found))
                });
                let expected = if order == Order::Little { at } else { at + 1 };
                assert_eq!(hit, Some(expected), "{order:?} {before}");
            }
        }
    }
}
