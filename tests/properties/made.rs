//! What the properties are tried on: a scanner with all rules, and texts that are close to secrets.

use std::sync::LazyLock;

use bstr::BStr;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use tokensieve::blob::Origin;
use tokensieve::finding::Surface;
use tokensieve::rule;
use tokensieve::scanner::{Scanner, Sighting};

pub(crate) static SCANNER: LazyLock<Scanner> =
    LazyLock::new(|| Scanner::new(rule::embedded().iter().collect()));

/// Samples of the built-in rules, filled.
static SAMPLES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let samples = rule::embedded().iter().flat_map(|r| r.samples.iter());
    samples.filter_map(|s| rule::sample::fill(s.text, 7).ok()).collect()
});

pub(crate) fn origin() -> Origin<'static> {
    Origin::tree(BStr::new("src/a"), BStr::new("src/a"), Surface::File)
}

pub(crate) fn scan(text: &[u8]) -> Vec<Sighting> {
    SCANNER.scan(&mut SCANNER.worker(), text, &origin())
}

/// Where a sighting stands, in bytes.
pub(crate) fn span(s: &Sighting) -> std::ops::Range<usize> {
    s.occurrence.offset as usize..(s.occurrence.offset + s.occurrence.len) as usize
}

/// Text as attackers and people write it: pieces of secrets, anchors, punctuation, any bytes.
pub(crate) fn text() -> impl Strategy<Value = Vec<u8>> {
    let sample = any::<prop::sample::Index>().prop_map(|i| i.get(SAMPLES.as_slice()).clone().into_bytes());
    let cut = (any::<prop::sample::Index>(), 0..60_usize).prop_map(|(i, n)| {
        let sample = i.get(SAMPLES.as_slice()).as_bytes();
        sample[..n.min(sample.len())].to_vec()
    });
    let word = "[a-zA-Z0-9_./+=:@\"' \n\t-]{0,40}".prop_map(String::into_bytes);
    let signs = ["\n", " = ", "://a:b@", "-----BEGIN ", "eyJ", "\0", "\\n", "\"", "\r\n", "%41", "\\u0041"];
    let sign = prop::sample::select(signs.to_vec()).prop_map(|s| s.as_bytes().to_vec());
    let piece = prop_oneof![sample, cut, word, vec(any::<u8>(), 0..30), sign];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// How many texts are tried where each starts some processes.
pub(crate) fn few() -> usize {
    (ProptestConfig::default().cases as usize / 50).max(1)
}

/// So many texts that hold something.
pub(crate) fn texts(count: usize) -> Vec<Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    let mut made = std::iter::repeat_with(|| text().new_tree(&mut runner).unwrap().current());
    let texts: Vec<_> = made.by_ref().take(100 * count).filter(|t| !scan(t).is_empty()).take(count).collect();
    assert_eq!(texts.len(), count);
    texts
}
