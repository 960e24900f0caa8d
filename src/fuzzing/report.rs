//! Report writers, on findings with any texts in them.

use std::collections::HashSet;
use std::time::Duration;

use crate::coverage::{Coverage, Skip};
use crate::finding::{
    Checksum, CommitInfo, Exposure, Finding, Fingerprint, Occurrence, Part, Secret, Suppression, Surface,
};
use crate::mask::Masker;
use crate::report::{Format, Hidden, Options, Report, reporter, summary};
use crate::rule::{self, Severity};

/// Bytes of a piece of a secret that no report may show.
const PIECE: usize = 8;

/// Texts and numbers, taken from the front of the input; empty and 0 when it is used up.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *byte
    }

    fn flip(&mut self) -> bool {
        self.byte() & 1 == 0
    }

    /// A number; now and then one of the largest.
    fn number(&mut self) -> u64 {
        let number = u64::from(self.byte());
        if number == 255 { u64::MAX } else { number }
    }

    /// A line or column: no file has more than this.
    fn place(&mut self) -> u64 {
        self.number().min(1 << 40)
    }

    /// A text, in which `@@` stands for the secret.
    fn text(&mut self, secret: &[u8]) -> Vec<u8> {
        let len = usize::from(self.byte()).min(self.0.len());
        let (text, rest) = self.0.split_at(len);
        self.0 = rest;
        bstr::ByteSlice::replace(text, "@@", secret)
    }

    fn string(&mut self, secret: &[u8]) -> String {
        String::from_utf8_lossy(&self.text(secret)).into_owned()
    }
}

/// Every format of a report of some findings: it can be read by its own parser, makes no terminal act, and
/// shows no piece of a secret.
pub(super) fn reports(data: &[u8]) {
    let mut input = Input(data);
    let seed = u64::from(input.byte());
    let Ok(secret) = rule::sample::fill("ghp_${alnum:30}${crc32:6}", seed) else { return };
    let secret = secret.as_bytes();
    let findings: Vec<Finding> = (0..input.byte() % 4).map(|_| finding(&mut input, secret)).collect();
    let mut coverage = Coverage { files: input.number(), bytes: input.number(), ..Coverage::default() };
    coverage.skip(Skip::TooLarge, input.text(secret));
    coverage.fail(input.text(secret), input.string(secret));
    let root = input.string(secret);
    let masker = Masker::new([secret]);
    let (findings, suppressed) = findings.split_at(findings.len() / 2 + findings.len() % 2);
    let report = Report {
        findings,
        suppressed,
        coverage: &coverage,
        hidden: Hidden { low_confidence: input.number(), ..Hidden::default() },
        root: &root,
        folder: None,
        elapsed: Duration::from_millis(1234),
        command: "dir",
        show_secrets: false,
        masker: &masker,
        config_hash: "",
    };
    let with_digit = |piece: &&[u8]| piece.iter().any(u8::is_ascii_digit);
    let pieces: HashSet<&[u8]> = secret.windows(PIECE).filter(with_digit).collect();
    for format in Format::all() {
        let out = written(format, &report);
        assert!(!out.windows(PIECE).any(|window| pieces.contains(window)), "{format} shows a piece");
        parse(format, &out);
    }
}

fn finding(input: &mut Input<'_>, secret: &[u8]) -> Finding {
    let rules = rule::embedded();
    let rule = &rules[input.number() as usize % rules.len()];
    let has_secret = !(input.flip() && input.flip());
    let surfaces =
        [Surface::File, Surface::PathName, Surface::CommitMessage, Surface::RefName, Surface::Identity];
    let occurrences = (0..input.byte() % 3 + 1).map(|_| Occurrence {
        age: 0,
        path: input.text(secret).into(),
        line: input.place(),
        column: input.place(),
        column_utf16: input.place(),
        offset: input.place(),
        len: secret.len() as u64,
        commit: (input.flip()).then(|| input.string(secret)),
        surface: surfaces[usize::from(input.byte()) % surfaces.len()],
        excerpt: input.text(secret).into(),
    });
    Finding {
        rule,
        severity: Severity::High,
        confidence: rule.confidence,
        checksum: Checksum::None,
        occurrences: occurrences.collect(),
        secret: has_secret.then(|| Secret::new(secret)),
        parts: vec![Part { rule: rule.id, secret: Secret::new(secret) }],
        covers: Vec::new(),
        exposure: (input.flip()).then(|| Box::new(exposure(input, secret))),
        notes: vec![input.string(secret)],
        fix: Some(input.string(secret)),
        suppressed: (input.flip()).then(|| Suppression { by: "baseline", reason: input.string(secret) }),
        fingerprint: Fingerprint::of(rule.id, secret),
        occurrence_count: input.number().max(3),
    }
}

fn exposure(input: &mut Input<'_>, secret: &[u8]) -> Exposure {
    let mut commit = || CommitInfo {
        id: input.string(secret),
        author: input.text(secret).into(),
        email: input.text(secret).into(),
        time: input.number() as i64,
        subject: input.text(secret).into(),
    };
    let (introduced, removed) = (commit(), commit());
    Exposure {
        introduced,
        removed: (input.flip()).then_some(removed),
        at_head: input.flip(),
        days: input.number(),
        versions: input.number(),
        refs: vec![input.text(secret).into()],
        ref_count: input.number(),
        published: input.flip(),
        permalink: Some(input.string(secret)),
        forms: Vec::new(),
        opaque: vec![input.text(secret).into()],
    }
}

fn written(format: Format, report: &Report<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let options = Options { verbose: true, ..Options::default() };
    assert!(reporter(format, &options).write(report, &mut out).is_ok());
    if format == Format::Text {
        assert!(summary(report, &options, &mut out).is_ok());
    }
    out
}

fn parse(format: Format, out: &[u8]) {
    let Ok(text) = std::str::from_utf8(out) else { panic!("{format} is no UTF-8") };
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{format} holds a control character");
    let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    match format {
        Format::Json
        | Format::Sarif
        | Format::GitlabCodequality
        | Format::GitlabSecrets
        | Format::Gitleaks => {
            assert!(is_json(text), "{format}");
        }
        Format::Jsonl => assert!(text.lines().all(is_json)),
        Format::Csv => assert!(csv::Reader::from_reader(out).records().all(|row| row.is_ok())),
        Format::Junit => assert!(is_xml(text)),
        Format::Html => assert!(text.trim_end().ends_with("</html>")),
        _ => {}
    }
}

fn is_xml(text: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}
