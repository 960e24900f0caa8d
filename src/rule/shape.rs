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
    let mut set = [0; 4];
    if class.is_empty() {
        return Ok(set);
    }
    let hir = parse(&format!("[{class}]"))?;
    let ranges: Vec<(u8, u8)> = match hir.kind() {
        HirKind::Class(regex_syntax::hir::Class::Bytes(c)) => {
            c.ranges().iter().map(|r| (r.start(), r.end())).collect()
        }
        HirKind::Literal(lit) if lit.0.len() == 1 => vec![(lit.0[0], lit.0[0])],
        _ => return Err("not the inside of a character class".to_owned()),
    };
    for (from, to) in ranges {
        for b in from..=to {
            set[usize::from(b / 64)] |= 1 << (b % 64);
        }
    }
    Ok(set)
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
