//! What a pattern implies: its longest match, and the byte classes that bound it.
//!
//! Included by `build.rs` as well as by the library, like `schema.rs`; needs `regex-syntax` alone.

use regex_syntax::hir::{Hir, HirKind};

/// A set of bytes: bit `b % 64` of word `b / 64` stands for byte `b`.
pub type ByteSet = [u64; 4];

/// Longest match that a rule without a bound of its own may have, in bytes.
pub(super) const LONGEST_MATCH: u32 = 64 * 1024;

/// Parses a pattern as the engine will: over bytes, without Unicode.
pub(super) fn parse(pattern: &str) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new()
        .utf8(false)
        .unicode(false)
        .build()
        .parse(pattern)
        .map_err(|e| e.to_string())
}

/// The set of bytes of a class's inside, such as `A-Za-z0-9_`; the empty text is the empty set.
pub(super) fn byte_set(class: &str) -> Result<ByteSet, String> {
    if class.is_empty() {
        return Ok([0; 4]);
    }
    let hir = parse(&format!("[{class}]"))?;
    let ranges: Vec<(u8, u8)> = match hir.kind() {
        HirKind::Class(regex_syntax::hir::Class::Bytes(c)) => {
            c.ranges().iter().map(|r| (r.start(), r.end())).collect()
        }
        HirKind::Literal(lit) if lit.0.len() == 1 => vec![(lit.0[0], lit.0[0])],
        _ => return Err("not the inside of a character class".to_owned()),
    };
    Ok(set_of(ranges))
}

/// The longest match in bytes: the pattern's own, unless the rule names one.
pub(super) fn max_len(hir: &Hir, named: Option<u32>) -> Result<u32, String> {
    let own = hir.properties().maximum_len().and_then(|n| u32::try_from(n).ok());
    match named.or(own) {
        Some(n) if n <= LONGEST_MATCH => Ok(n),
        Some(n) => Err(format!("the longest match is {n} bytes; at most {LONGEST_MATCH} are looked at")),
        None => Err("the pattern has no longest match: set max_len".to_owned()),
    }
}

/// How many bytes of a match may stand before the first of `anchors` in it; `None` where that is unknown.
/// Zero for the usual pattern that begins with its anchor.
pub(super) fn lead(hir: &Hir, anchors: &[String], ignore_case: bool) -> Option<u32> {
    let mut extractor = regex_syntax::hir::literal::Extractor::new();
    extractor.kind(regex_syntax::hir::literal::ExtractKind::Prefix);
    let prefixes = extractor.extract(hir);
    let stands_at = |text: &[u8], at: usize| {
        let here = |a: &[u8]| text.get(at..at + a.len());
        let stands = |a: &[u8]| here(a).is_some_and(|t| t == a || ignore_case && t.eq_ignore_ascii_case(a));
        anchors.iter().any(|a| stands(a.as_bytes()))
    };
    let first = |text: &[u8]| (0..text.len()).find(|at| stands_at(text, *at));
    let all = prefixes.literals()?.iter().map(|l| first(l.as_bytes()));
    all.collect::<Option<Vec<usize>>>()?.into_iter().max().map(|most| most as u32)
}

/// The shortest match in bytes.
pub(super) fn min_len(hir: &Hir) -> u32 {
    hir.properties().minimum_len().and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// How many places of a match [`head`] tells of at most.
const HEAD: usize = 32;

/// Which bytes may stand at the first places of a match, as far as every match reaches: each set with the number
/// of places in a row that it holds for. What lacks one of them needs no pattern to be turned down.
pub(super) fn head(hir: &Hir) -> Vec<(ByteSet, u8)> {
    let mut places = places(hir);
    places.truncate(min_len(hir) as usize);
    let mut head: Vec<(ByteSet, u8)> = Vec::new();
    for set in places {
        match head.last_mut() {
            Some((last, count)) if *last == set => *count += 1,
            _ => head.push((set, 1)),
        }
    }
    head
}

/// Which bytes may stand at each of the first places of a match that reaches so far.
fn places(hir: &Hir) -> Vec<ByteSet> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Vec::new(),
        HirKind::Literal(lit) => lit.0.iter().take(HEAD).map(|b| set_of([(*b, *b)])).collect(),
        HirKind::Class(regex_syntax::hir::Class::Bytes(c)) => {
            vec![set_of(c.ranges().iter().map(|r| (r.start(), r.end())))]
        }
        HirKind::Class(_) => vec![[u64::MAX; 4]; hir.properties().maximum_len().unwrap_or(HEAD).min(HEAD)],
        HirKind::Capture(c) => places(&c.sub),
        HirKind::Concat(subs) => row(subs.iter()),
        HirKind::Alternation(subs) => subs.iter().fold(Vec::new(), |mut all, sub| {
            unite(&mut all, 0, &places(sub));
            all
        }),
        HirKind::Repetition(r) => {
            let most = r.max.map_or(HEAD, |max| HEAD.min(max as usize));
            row(std::iter::repeat_n(&*r.sub, most))
        }
    }
}

/// The places of parts that follow each other. Every part may be of several lengths, so the next begins at
/// several places: bit `i` of `starts` stands for the `i`th.
fn row<'h>(parts: impl Iterator<Item = &'h Hir>) -> Vec<ByteSet> {
    let (mut all, mut starts) = (Vec::new(), 1u64);
    for part in parts {
        let own = places(part);
        let shortest = min_len(part) as usize;
        let longest = part.properties().maximum_len().unwrap_or(HEAD).min(HEAD);
        let mut next = 0;
        for start in (0..HEAD).filter(|start| starts >> start & 1 == 1) {
            unite(&mut all, start, &own);
            next |= (shortest..=longest)
                .filter(|len| start + len < HEAD)
                .fold(0, |n, len| n | 1 << (start + len));
        }
        starts = next;
        if starts == 0 {
            break;
        }
    }
    all
}

/// Adds to the sets from place `start` on.
fn unite(all: &mut Vec<ByteSet>, start: usize, sets: &[ByteSet]) {
    let sets = &sets[..sets.len().min(HEAD - start)];
    all.resize(all.len().max(start + sets.len()), [0; 4]);
    for (all, set) in all[start..].iter_mut().zip(sets) {
        all.iter_mut().zip(set).for_each(|(all, set)| *all |= set);
    }
}

fn set_of(ranges: impl IntoIterator<Item = (u8, u8)>) -> ByteSet {
    let mut set = [0; 4];
    for b in ranges.into_iter().flat_map(|(from, to)| from..=to) {
        set[usize::from(b / 64)] |= 1 << (b % 64);
    }
    set
}

/// Whether every match is of run bytes alone (see the sieve), so that it cannot reach beyond its run.
pub(super) fn is_one_run(hir: &Hir) -> bool {
    let is_run_byte = |b: u8| b.is_ascii_alphanumeric() || b"+-./_~".contains(&b);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(lit) => lit.0.iter().all(|b| is_run_byte(*b)),
        HirKind::Class(regex_syntax::hir::Class::Bytes(c)) => {
            c.ranges().iter().all(|r| (r.start()..=r.end()).all(is_run_byte))
        }
        HirKind::Class(_) => false,
        HirKind::Repetition(r) => is_one_run(&r.sub),
        HirKind::Capture(c) => is_one_run(&c.sub),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => subs.iter().all(is_one_run),
    }
}

/// Whether the pattern has a group named `secret`.
pub(super) fn has_secret_group(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(c) => c.name.as_deref() == Some("secret") || has_secret_group(&c.sub),
        HirKind::Repetition(r) => has_secret_group(&r.sub),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => subs.iter().any(has_secret_group),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sets of a pattern's head as texts, each as often as it counts.
    fn head_of(pattern: &str) -> Vec<String> {
        let holds = |set: &ByteSet, b: u8| set[usize::from(b / 64)] >> (b % 64) & 1 == 1;
        let text = |set: &ByteSet| (0..=255).filter(|b| holds(set, *b)).map(char::from).collect::<String>();
        let head = head(&parse(pattern).unwrap());
        head.iter().flat_map(|(set, count)| std::iter::repeat_n(text(set), usize::from(*count))).collect()
    }

    #[test]
    fn a_head_tells_of_each_place_that_every_match_reaches() {
        assert_eq!(head_of("ab[0-2]{3}c"), ["a", "b", "012", "012", "012", "c"]);
        assert_eq!(head_of("a{2,4}b"), ["a", "a", "ab"]);
        assert_eq!(head_of("x?(?:yz|w)"), ["wxy"]);
        assert_eq!(head_of("(?P<secret>[ab]{1,2}-){2}c"), ["ab", "-ab", "-ab", "-ab", "-abc"]);
        assert_eq!(head_of(r"\bt(?i:k)_"), ["t", "Kk", "_"]);
        assert_eq!(head_of("(?:a|bc)*d").len(), 1);
        assert_eq!(head_of("a{40}").len(), HEAD);
        assert!(head_of("a*").is_empty());
    }
}
