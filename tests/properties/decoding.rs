//! Encoded text: what is found in it is shown where the bytes stand that it was made from.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::made::{scan, span, text};
use super::util::token;

/// An encoding in which every byte stands for itself.
#[derive(Debug, Clone, Copy)]
enum Bytewise {
    Hex,
    Percent,
    Escape,
    Unicode,
    Entity,
}

impl Bytewise {
    fn encode(self, text: &str) -> String {
        let byte = |b: u8| match self {
            Self::Hex => format!("{b:02x}"),
            Self::Percent => format!("%{b:02X}"),
            Self::Escape => format!("\\x{b:02x}"),
            Self::Unicode => format!("\\u{b:04x}"),
            Self::Entity => format!("&#{b};"),
        };
        text.bytes().map(byte).collect()
    }
}

fn bytewise() -> impl Strategy<Value = Bytewise> {
    use Bytewise::{Entity, Escape, Hex, Percent, Unicode};
    prop::sample::select(vec![Hex, Percent, Escape, Unicode, Entity])
}

/// The one place at which the secret is seen; `None` where there are several, or none.
fn place(whole: &[u8], secret: &str) -> Option<Range<usize>> {
    let found = scan(whole);
    let own = found.iter().filter(|s| s.secret.as_ref().is_some_and(|s| s.expose() == secret.as_bytes()));
    let places: Vec<_> = own.map(span).collect();
    if let [place] = &places[..] { Some(place.clone()) } else { None }
}

/// Words, of which some may be said before and after a token.
const WORDS: &str = "[a-z]{2,9}( [a-z]{2,9}){1,4}";

proptest! {
    #[test]
    fn a_byte_that_stands_for_itself_is_shown_where_it_stands(
        form in bytewise(), outside in text(), before in WORDS, after in WORDS, seed in 0..1000_u64,
    ) {
        let secret = token(seed);
        let head = form.encode(&format!("{before} = "));
        let encoded = form.encode(&secret);
        let tail = form.encode(&format!(" {after}"));
        let whole = [&outside[..], b" \n", head.as_bytes(), encoded.as_bytes(), tail.as_bytes(), b" \n"].concat();
        let from = outside.len() + 2 + head.len();
        prop_assert_eq!(place(&whole, &secret), Some(from..from + encoded.len()));
    }

    #[test]
    fn a_secret_in_base64_is_shown_where_its_digits_stand(
        outside in text(), before in WORDS, after in WORDS, seed in 0..1000_u64, url_safe in any::<bool>(),
    ) {
        let secret = token(seed);
        let text = format!("{before} = {secret} {after}");
        let encoded = if url_safe { URL_SAFE_NO_PAD.encode(&text) } else { STANDARD.encode(&text) };
        let whole = [&outside[..], b" \n", encoded.as_bytes(), b" \n"].concat();
        let (from, to) = (before.len() + 3, before.len() + 3 + secret.len());
        // A digit is six bits: the first that holds one of the secret's, and the last.
        let digits = outside.len() + 2 + from * 8 / 6..outside.len() + 2 + (to * 8).div_ceil(6);
        prop_assert_eq!(place(&whole, &secret), Some(digits));
    }

    #[test]
    fn layers_map_back_through_each_other(
        inner in bytewise(), outer in bytewise(), before in WORDS, after in WORDS, seed in 0..1000_u64,
    ) {
        let secret = token(seed);
        let (head, tail) = (inner.encode(&format!("{before} = ")), inner.encode(&format!(" {after}")));
        let text = |part: &str| outer.encode(part);
        let (head, encoded, tail) = (text(&head), text(&inner.encode(&secret)), text(&tail));
        let whole = format!("x = {head}{encoded}{tail} \n");
        prop_assert_eq!(place(whole.as_bytes(), &secret), Some(4 + head.len()..4 + head.len() + encoded.len()));
    }

    #[test]
    fn utf_16_is_shown_where_its_units_stand(before in WORDS, after in WORDS, seed in 0..1000_u64, big in any::<bool>()) {
        let secret = token(seed);
        let text = format!("{before} = {secret} {after}\n");
        let unit = |u: u16| if big { u.to_be_bytes() } else { u.to_le_bytes() };
        let whole: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
        let from = 2 * (before.len() + 3);
        prop_assert_eq!(place(&whole, &secret), Some(from..from + 2 * secret.len()));
    }
}
