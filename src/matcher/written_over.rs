//! Tokens of which a short piece was written over in order to show the rest: `00Qx...ABCDEFGHIJKL...bGua`.
//!
//! Takes the variable part of a value that holds a stretch of neighbours, says whether that is all that is made
//! up about it. What is left of it came from the issuer, and tells who audits that a real one was at hand.

use std::ops::Range;

use super::placeholder::placeholder;
use super::random::is_random;

/// The longest stretch of neighbours, in bytes, that leaves the rest of a token to judge by.
const LONGEST: usize = 12;

/// The shortest stretch of neighbours, in bytes, that is a sign of hands where another one stands.
const TYPED: usize = 4;

/// The rows of a keyboard: four letters in a row of one row were typed, not drawn.
const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];

/// Whether a stretch of neighbours is a third of `part` or less, and nothing else about it looks made up.
pub(super) fn is_written_over(part: &[u8]) -> bool {
    let mut at = 0;
    let stretches = part.chunk_by(follows).map(|piece| {
        at += piece.len();
        at - piece.len()..at
    });
    let Some(longest) = stretches.max_by_key(Range::len).filter(|l| l.len() <= LONGEST) else {
        return false;
    };
    let rest = [&part[..longest.start], &part[longest.end..]].concat();
    longest.len() * 3 <= part.len()
        && is_random(&rest)
        && placeholder(&rest, true).is_none()
        && rest.chunk_by(follows).all(|piece| piece.len() < TYPED)
        && !rest.windows(TYPED).any(is_of_one_row)
}

fn follows(a: &u8, b: &u8) -> bool {
    a.is_ascii_alphanumeric() && a.to_ascii_lowercase().checked_add(1) == Some(b.to_ascii_lowercase())
}

fn is_of_one_row(piece: &[u8]) -> bool {
    ROWS.iter().any(|row| row.windows(TYPED).any(|keys| keys.eq_ignore_ascii_case(piece)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::sample::fill;

    fn is(sample: &str) -> bool {
        (0..20).all(|seed| is_written_over(fill(sample, seed).unwrap().as_bytes()))
    }

    fn is_not(sample: &str) -> bool {
        (0..20).all(|seed| !is_written_over(fill(sample, seed).unwrap().as_bytes()))
    }

    #[test]
    fn a_short_piece_leaves_a_token() {
        assert!(is("${alnum:15}-ABCDEFGHIJKL-${alnum:14}") && is("${hex:32}01234567"));
    }

    #[test]
    fn what_is_made_up_for_the_most_part_is_none() {
        assert!(is_not("${hex:12}01234567") && is_not("${alnum:60}abcdefghijklmnopqrst"));
        assert!(
            is_not("${hex:16}1234567890abcdef1234567890abcdef")
                && is_not("qwertyuiopasdfgh1234567890zxcvbnm123")
        );
        assert!(is_not("${hex:16}12345678${hex:8}abcd${hex:8}") && is_not("${alnum:30}asdf12345678"));
        assert!(is_not("") && is_not("abcdefgh"));
    }
}
