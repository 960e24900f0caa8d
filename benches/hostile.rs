//! Time against size for the worst inputs of each rule, and for inputs that no rule is meant for.
//!
//! Prints the nanoseconds per byte at sizes 1x, 2x and 4x, the slowest and the steepest first. What is linear
//! stays where it is; what doubles with the size is quadratic.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench may panic")]
#![allow(clippy::print_stdout, reason = "this is its output")]

use std::collections::BTreeSet;
use std::hint;
use std::time::Instant;

use bstr::BStr;
use tokensieve::blob::Origin;
use tokensieve::finding::Surface;
use tokensieve::matcher::Matcher;
use tokensieve::rule::{self, Rule};
use tokensieve::scanner::Scanner;

/// The smallest size, in bytes; `TOKENSIEVE_BENCH_SIZE` sets another.
const SIZE: usize = 128 << 10;
/// How many lines are printed of each list.
const SHOWN: usize = 25;

fn main() {
    let size = std::env::var("TOKENSIEVE_BENCH_SIZE").map_or(SIZE, |n| n.parse().unwrap());
    let mut lines: Vec<Line> = Vec::new();
    for rule in rule::embedded() {
        let matcher = Matcher::new(vec![rule]);
        let path = BStr::new(rule.files.first().copied().unwrap_or("src/file"));
        for piece in pieces(rule) {
            let scan = |text: &[u8]| {
                let mut scratch = matcher.scratch();
                hint::black_box(matcher.scan(text, path, 0..text.len(), &mut scratch));
            };
            lines.push(Line::measure(rule.id, &piece, size, scan));
        }
    }
    let scanner = Scanner::new(rule::embedded().iter().collect());
    for piece in GENERAL {
        let path = BStr::new("src/file");
        let scan = |text: &[u8]| {
            let origin = Origin::tree(path, path, Surface::File);
            hint::black_box(scanner.scan(&mut scanner.worker(), text, &origin));
        };
        lines.push(Line::measure("all rules", piece, size, scan));
    }
    report(lines);
}

/// Inputs for all rules and decoders together.
const GENERAL: [&str; 30] = [
    "a",
    "a ",
    "=",
    "\"",
    "\\\"",
    "\\\\\\\\\"",
    "'",
    "`",
    "${",
    "$(",
    "{{",
    "eyJ",
    "eyJ.",
    "://a:b",
    "://a:b@",
    "https://",
    "-----BEGIN ",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
    "-----END ",
    "token=",
    "password: ",
    "api_key = \"",
    "%41",
    "\\u0041",
    "\\x41",
    "QUFB",
    "QUFB\n",
    "\0a",
    "4141",
];

/// Strings that a rule likes least, to be repeated.
fn pieces(rule: &Rule) -> BTreeSet<String> {
    let samples = rule.samples.iter().filter_map(|s| rule::sample::fill(s.text, 3).ok());
    let mut pieces = BTreeSet::new();
    for sample in samples.take(2) {
        let cut: String = sample.chars().take(sample.chars().count() - 1).collect();
        pieces.extend([
            sample.clone(),
            format!("{sample} "),
            format!("{cut}!"),
            cut.clone(),
            format!("{cut}\n"),
        ]);
        pieces.insert(sample.chars().take(sample.chars().count() / 2).collect());
    }
    for anchor in rule.anchors {
        let long = format!("{anchor}{}", "a1B2".repeat(40));
        pieces.extend([
            anchor.to_string(),
            format!("{anchor} "),
            format!("{anchor}-"),
            long.clone(),
            format!("{long} "),
        ]);
        pieces.insert(format!("{anchor}{}", "9".repeat(19)));
    }
    for name in rule.names.iter().take(3) {
        let value = "a1B2c3D4".repeat(8);
        pieces.extend([format!("{name}="), format!("{name}={value}"), format!("{name} = \"{value}\"\n")]);
        pieces.insert(format!("{name}={value}!"));
    }
    pieces
}

struct Line {
    rule: &'static str,
    piece: String,
    /// Nanoseconds per byte at 1x, 2x, 4x.
    cost: [f64; 3],
}

impl Line {
    fn measure(rule: &'static str, piece: &str, size: usize, scan: impl Fn(&[u8])) -> Self {
        let cost = [1, 2, 4].map(|factor| {
            let text = piece.repeat(size * factor / piece.len() + 1);
            let best = (0..3).map(|_| {
                let start = Instant::now();
                scan(text.as_bytes());
                start.elapsed().as_nanos() as f64 / text.len() as f64
            });
            best.fold(f64::MAX, f64::min)
        });
        Self { rule, piece: piece.to_owned(), cost }
    }

    fn steepness(&self) -> f64 {
        // Below that it is the clock that is measured.
        if self.cost[2] < 2.0 { 0.0 } else { self.cost[2] / self.cost[0] }
    }

    fn print(&self) {
        let [a, b, c] = self.cost;
        // Only the beginning: a sample is token-shaped.
        let piece: String = self.piece.escape_debug().take(16).collect();
        println!("{a:9.1} {b:9.1} {c:9.1}  x{:4.1}  {:32} {piece} ({})", c / a, self.rule, self.piece.len());
    }
}

fn report(mut lines: Vec<Line>) {
    println!("{} inputs; ns per byte at 1x, 2x, 4x\n\nThe steepest:", lines.len());
    lines.sort_by(|a, b| b.steepness().total_cmp(&a.steepness()));
    lines.iter().take(SHOWN).for_each(Line::print);
    println!("\nThe slowest:");
    lines.sort_by(|a, b| b.cost[2].total_cmp(&a.cost[2]));
    lines.iter().take(SHOWN).for_each(Line::print);
}
