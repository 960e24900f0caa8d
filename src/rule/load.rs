//! Rule files of the user, read at run time by the schema that the built-in ones were built with.

use std::fmt;

use super::schema::{RawRule, RuleFile, Sample};
use super::{Context, Partner, Rule, SampleText, shape};
use crate::matcher;

/// What is wrong with a rule file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct LoadError {
    /// Name of the file as the user gave it.
    pub file: String,
    /// 1-based line and column (in characters) of the error.
    pub at: (usize, usize),
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.at.0, self.at.1, self.message)
    }
}

/// Reads the rules of a file whose text is `text` and whose name is `file`.
///
/// The rules live as long as the process: they are read once at its start and every thread uses them.
///
/// # Errors
/// Every rule that is wrong, with its place; a file that is no TOML or has unknown keys gives one error.
pub fn load(file: &str, text: &str) -> Result<&'static [Rule], Vec<LoadError>> {
    let error = |offset: usize, message: String| LoadError {
        file: file.to_owned(),
        at: line_column(text, offset),
        message,
    };
    let parsed: RuleFile = toml::from_str(text)
        .map_err(|e| vec![error(e.span().map_or(0, |s| s.start), e.message().to_owned())])?;
    let provider = leak(&parsed.provider);
    let mut rules = Vec::new();
    let mut errors = Vec::new();
    for raw in &parsed.rules {
        match convert(provider, raw) {
            Ok(rule) => rules.push(rule),
            Err(e) => errors.push(error(place_of(text, &raw.id), format!("rule {}: {e}", raw.id))),
        }
    }
    if errors.is_empty() { Ok(Box::leak(rules.into_boxed_slice())) } else { Err(errors) }
}

/// Byte offset of the rule named `id` in the text: where its name is written.
pub fn place_of(text: &str, id: &str) -> usize {
    ['"', '\''].iter().find_map(|q| text.find(&format!("{q}{id}{q}"))).unwrap_or(0)
}

/// 1-based line and column of a byte offset.
pub(super) fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

fn convert(provider: &'static str, raw: &RawRule) -> Result<Rule, String> {
    let hir = shape::parse(&raw.pattern)?;
    for pattern in &raw.exclude {
        shape::parse(pattern).map_err(|e| format!("exclude: {e}"))?;
    }
    // One that does not compile would find nothing, without a word.
    if let Some(pattern) = raw.exclude.iter().chain([&raw.pattern]).find(|p| !matcher::compiles(p)) {
        let mebibytes = matcher::LARGEST_PATTERN >> 20;
        return Err(format!(
            "a pattern of {} bytes is larger than {mebibytes} MiB when compiled",
            pattern.len()
        ));
    }
    Ok(Rule {
        id: leak(&raw.id),
        provider,
        description: leak(&raw.description),
        severity: raw.severity,
        confidence: raw.confidence,
        anchors: leak_all(&raw.anchors),
        ignore_case: raw.ignore_case,
        scope: raw.scope,
        names: leak_all(&raw.names),
        pattern: leak(&raw.pattern),
        left: shape::byte_set(&raw.left).map_err(|e| format!("left: {e}"))?,
        right: shape::byte_set(&raw.right).map_err(|e| format!("right: {e}"))?,
        min_len: shape::min_len(&hir),
        max_len: shape::max_len(&hir, raw.max_len)?,
        is_one_run: shape::is_one_run(&hir),
        lead: shape::lead(&hir, &raw.anchors, raw.ignore_case),
        head: Box::leak(shape::head(&hir).into_boxed_slice()),
        has_secret_group: shape::has_secret_group(&hir),
        checksum: raw.checksum.as_deref().map(leak),
        context: raw.context.as_ref().map(|c| Context {
            words: leak_all(&c.words),
            within: c.within,
            required: c.required,
        }),
        with: raw.with.as_ref().map(|w| Partner { rules: leak_all(&w.rule), within: w.within }),
        part_only: raw.part_only,
        files: leak_all(&raw.files),
        entropy: raw.entropy,
        charset: Box::leak(raw.charset.clone().into_boxed_slice()),
        placeholders: leak_all(&raw.placeholders),
        exclude: leak_all(&raw.exclude),
        overrides: leak_all(&raw.overrides),
        references: leak_all(&raw.references),
        revoke: raw.revoke.as_deref().map(leak),
        remediation: raw.remediation.as_deref().map(leak),
        samples: leak_samples(&raw.samples),
        counter_samples: leak_samples(&raw.counter_samples),
    })
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

fn leak_all(texts: &[String]) -> &'static [&'static str] {
    Box::leak(texts.iter().map(|t| leak(t)).collect::<Vec<_>>().into_boxed_slice())
}

fn leak_samples(samples: &[Sample]) -> &'static [SampleText] {
    let one = |s: &Sample| match s {
        Sample::Text(text) => SampleText { path: "", text: leak(text) },
        Sample::File(f) => SampleText { path: leak(&f.path), text: leak(&f.text) },
    };
    Box::leak(samples.iter().map(one).collect::<Vec<_>>().into_boxed_slice())
}
