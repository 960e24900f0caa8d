//! Decoding as a whole: a scanner finds encoded tokens where they stand.

use std::fmt::Write as _;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bstr::{BStr, ByteSlice as _};
use proptest::prelude::*;

use crate::blob::Origin;
use crate::finding::Surface;
use crate::rule::{self, sample};
use crate::scanner::{Depths, Scanner, Sighting};

fn scanner(decode: u8) -> Scanner {
    Scanner::with_options(rule::embedded().iter().collect(), Depths { decode, ..Depths::default() })
}

fn scan_with(scanner: &Scanner, text: &[u8]) -> Vec<Sighting> {
    let path = BStr::new("src/config");
    scanner.scan(&mut scanner.worker(), text, &Origin::tree(path, path, Surface::File))
}

fn scan(text: impl AsRef<[u8]>) -> Vec<Sighting> {
    scan_with(&scanner(3), text.as_ref())
}

fn token(seed: u64) -> String {
    sample::fill("ghp_${alnum:30}${crc32:6}", seed).unwrap()
}

fn each(text: &str, form: impl Fn(u8) -> String) -> String {
    text.bytes().map(form).collect()
}

fn hex(text: &str) -> String {
    each(text, |b| format!("{b:02x}"))
}

/// One way to encode a text.
type Layering = fn(&str) -> String;

/// What a token may be hidden in; the note that tells so.
type Hiding = (&'static str, Layering);

const FORMS: [Hiding; 11] = [
    ("base64", |t| STANDARD.encode(t)),
    ("base64", |t| URL_SAFE_NO_PAD.encode(t)),
    ("hexadecimal", hex),
    ("percent-encoding", |t| each(t, |b| format!("%{b:02X}"))),
    ("backslash escapes", |t| each(t, |b| format!("\\x{b:02x}"))),
    ("backslash escapes", |t| each(t, |b| format!("\\u{b:04X}"))),
    ("backslash escapes", |t| each(t, |b| format!("\\{b:03o}"))),
    ("HTML entities", |t| each(t, |b| format!("&#{b};"))),
    ("HTML entities", |t| each(t, |b| format!("&#x{b:X};"))),
    ("joined strings", |t| format!("\"{}\" + \"{}\"", &t[..12], &t[12..])),
    ("continued lines", |t| format!("{}\\\n{}", &t[..12], &t[12..])),
];

#[test]
fn a_token_in_every_form() {
    for (name, encode) in FORMS {
        let encoded = encode(&token(1));
        let text = format!("first line\n  value {encoded} # more\n");
        let found = scan(&text);
        assert_eq!(found.len(), 1, "{text}");
        let one = &found[0];
        assert_eq!(one.rule.id, "github-pat-classic");
        assert_eq!(one.secret.as_ref().unwrap().expose(), token(1).as_bytes());
        assert_eq!(one.notes[0], format!("decoded from {name}"));
        assert_eq!(
            (one.occurrence.line, one.occurrence.offset),
            (2, 19 + u64::from(encoded.starts_with('"')))
        );
        assert!(
            !one.occurrence.excerpt.contains_str(&encoded[encoded.len() - 24..]),
            "{}",
            one.occurrence.excerpt
        );
    }
}

#[test]
fn single_escapes_in_and_beside_a_token() {
    let t = token(2);
    let escaped = |e: &str| t.replacen(&t[20..21], e, 1);
    let char = t.as_bytes()[20];
    for text in [
        format!("https://host/?next=a%26token%3D{t}%26b"),
        format!("\"https://host/?a=b\\u0026token\\u003d{t}\""),
        format!("token=3D{t}"),
        escaped(&format!("%{char:02x}")),
        escaped(&format!("\\x{char:02x}")),
        escaped(&format!("&#{char};")),
    ] {
        let found = scan(&text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].secret.as_ref().unwrap().expose(), t.as_bytes(), "{text}");
    }
}

#[test]
fn quoted_printable_with_soft_line_ends() {
    let text = format!("{} {}", "word ".repeat(10), token(3));
    let lines = format!("Subject: x\n\n{}=\n{}\n", &text[..75], &text[75..]);
    let found = scan(&lines);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].occurrence.line, found[0].occurrence.column), (3, 52));
}

#[test]
fn wrapped_base64_points_to_the_line() {
    let text = format!("{}\ntoken={}\n{}", "first words ".repeat(30), token(4), "more words ".repeat(20));
    let encoded = STANDARD.encode(text);
    let lines: Vec<&str> = encoded.as_bytes().chunks(76).map(|c| std::str::from_utf8(c).unwrap()).collect();
    let found = scan(format!("data: |\n  {}\nnext: 1\n", lines.join("\n  ")));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].occurrence.line, 2 + (367 * 8 / 6 / 76) as u64);
}

#[test]
fn one_form_over_another_up_to_the_depth() {
    // Padding that is escaped is no reason to decode the rest twice.
    let layers: [(Layering, u8); 5] = [
        (hex, 1),
        (|t| STANDARD.encode(t), 2),
        (|t| t.replace('=', "%3D"), 2),
        (|t| STANDARD.encode(t), 3),
        (|t| each(t, |b| format!("%{b:02x}")), 4),
    ];
    let mut text = token(5);
    for (layer, needed) in layers {
        text = layer(&text);
        for depth in 0..=4 {
            let found = scan_with(&scanner(depth), text.as_bytes());
            assert_eq!(found.len(), usize::from(depth >= needed), "{needed} {depth}");
        }
    }
    let note = &scan(STANDARD.encode(hex(&token(5))))[0].notes[0];
    assert_eq!(note, "decoded from base64, then hexadecimal");
}

#[test]
fn utf16_and_gzip_inside_of_base64() {
    let wide: Vec<u8> =
        format!("$token = '{}'", token(6)).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let command = format!("powershell -EncodedCommand {}", STANDARD.encode(&wide));
    let found = scan(&command);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].occurrence.offset, 27 + (20 * 8 / 6));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, format!("key: {}\n", token(7)).as_bytes()).unwrap();
    let found = scan(format!("release: {}", STANDARD.encode(packed.finish().unwrap())));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].occurrence.offset, 9);
}

#[test]
fn inside_of_utf16() {
    let text = format!("x = \"{}\"\r\n", STANDARD.encode(token(8)));
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let found = scan(&bytes);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].occurrence.offset, found[0].occurrence.len), (10, 2 * 56));
}

#[test]
fn a_secret_that_is_base64_itself_is_one_finding() {
    let (deep, flat) = (scanner(3), scanner(0));
    let (mut deep_worker, mut flat_worker) = (deep.worker(), flat.worker());
    for rule in rule::embedded() {
        for (seed, text) in (0..).zip(rule.samples) {
            let filled = sample::fill(text.text, seed).unwrap();
            let path = BStr::new(if text.path.is_empty() { "x" } else { text.path });
            let origin = Origin::tree(path, path, Surface::File);
            let with = deep.scan(&mut deep_worker, filled.as_bytes(), &origin).len();
            let without = flat.scan(&mut flat_worker, filled.as_bytes(), &origin).len();
            assert_eq!(with, without, "{}: sample {seed}", rule.id);
        }
    }
}

#[test]
fn digests_and_random_bytes_give_nothing() {
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    let bytes: Vec<u8> = (0..200_000).map(|_| random()).collect();
    assert_eq!(scan(STANDARD.encode(&bytes)).len(), 0);
    let lines = bytes.chunks(20).fold(String::new(), |mut out, c| {
        let _ = writeln!(out, "{}", c.iter().map(|b| format!("{b:02x}")).collect::<String>());
        out
    });
    assert_eq!(scan(lines).len(), 0);
}

#[test]
fn repeated_pieces_of_every_form_end() {
    let scanner = scanner(3);
    let text = token(9);
    for unit in [
        "%41",
        "\\x41",
        "&#65;",
        "=\n",
        "\"a\" + ",
        "YWJj",
        "YWJj\n",
        "%",
        "\\",
        "\"",
        "ab\\\n",
        "a".repeat(25).as_str(),
    ] {
        let long = format!("{}{text}", unit.repeat((1 << 19) / unit.len()));
        // What takes the square of the time would take hours; `benches/hostile.rs` shows time against size.
        let found = scan_with(&scanner, long.as_bytes());
        assert!(found.len() <= 2, "{unit}: {}", found.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_place_is_where_the_encoded_token_begins(
        before in "([ -~]{0,40}\n){0,4}([a-z]{1,8} ){0,4}", after in "( [a-z]{1,8}){0,4}(\n[ -~]{0,40}){0,3}",
        form in 0..FORMS.len(), seed in 0..1000u64
    ) {
        let encoded = FORMS[form].1(&token(seed));
        let text = format!("{before}{encoded}{after}");
        let found = scan(&text);
        let start = before.len() + usize::from(encoded.starts_with('"'));
        let line = before.matches('\n').count() as u64 + 1;
        let column = (start - before.rfind('\n').map_or(0, |i| i + 1)) as u64 + 1;
        let places: Vec<_> = found.iter().map(|f| (f.occurrence.line, f.occurrence.column, f.occurrence.offset)).collect();
        prop_assert!(places.contains(&(line, column, start as u64)), "{:?} {}", places, text);
    }

    #[test]
    fn no_bytes_make_it_panic(pieces in prop::collection::vec((any::<Vec<u8>>(), 0..14usize), 0..12)) {
        let mut text = Vec::new();
        for (bytes, glue) in pieces {
            let s = STANDARD.encode(&bytes);
            text.extend(match glue {
                0 => bytes,
                n if n <= FORMS.len() && s.len() > 12 => FORMS[n - 1].1(&s).into_bytes(),
                12 => b"=\r\n".to_vec(),
                _ => b"\\\n\t\"".to_vec(),
            });
        }
        scan(&text);
    }
}
