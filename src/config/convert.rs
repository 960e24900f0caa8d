//! From what is written to what is meant, with every mistake noted at its place.

use std::collections::HashSet;

use toml::Spanned;
use toml::value::Datetime;

use super::allow::Written;
use super::error::Places;
use super::path::PathPattern;
use super::schema::{RawAllow, RawConfig, RawOverride, Texts};
use super::value::{ValuePattern, compile, is_hex};
use super::{Allowance, Config, ConfigError, Day, Named, Override, OwnRule, Place, own};
use crate::rule::check;

/// The file at hand, and what is wrong with it so far.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    places: Places<'a>,
    errors: Vec<ConfigError>,
}

/// A config of what was written.
pub(super) fn config(file: &str, text: &str, raw: RawConfig) -> Result<Config, Vec<ConfigError>> {
    let mut reader = Reader { file, text, places: Places::new(file, text), errors: Vec::new() };
    let config = Config {
        inherit: raw.inherit,
        confidence: raw.confidence,
        disabled: raw.rules.disable.into_iter().map(|id| reader.named(id)).collect(),
        rules: reader.own_rules(&raw.rule),
        overrides: reader.overrides(raw.overrides),
        allowances: raw.allow.into_iter().filter_map(|allow| reader.allowance(allow)).collect(),
    };
    if reader.errors.is_empty() {
        return Ok(config);
    }
    reader.errors.sort_by(|a, b| a.place.cmp(&b.place));
    Err(reader.errors)
}

impl Reader<'_> {
    fn place(&self, offset: usize) -> Place {
        self.places.at(offset)
    }

    fn error(&mut self, offset: usize, message: impl AsRef<str>) {
        let place = self.place(offset);
        self.errors.push(ConfigError::new(place, message));
    }

    fn named(&self, id: Spanned<String>) -> Named {
        Named { place: self.place(id.span().start), id: id.into_inner() }
    }

    fn own_rules(&mut self, written: &[Spanned<toml::Table>]) -> Vec<OwnRule> {
        let rules = own::rules(self.file, self.text, written).unwrap_or_else(|errors| {
            self.errors.extend(errors);
            Vec::new()
        });
        let mut seen = HashSet::new();
        for (own, table) in rules.iter().zip(written) {
            for fault in check::faults(own.rule) {
                self.error(table.span().start, format!("rule {}: {fault}", own.rule.id));
            }
            if !seen.insert(own.rule.id) {
                self.error(table.span().start, format!("there are two rules of the name {}", own.rule.id));
            }
        }
        rules
    }

    fn overrides(&mut self, raw: Vec<RawOverride>) -> Vec<Override> {
        let mut seen = HashSet::new();
        let mut overrides = Vec::new();
        for one in raw {
            let start = one.rule.span().start;
            if one.severity.is_none() && one.confidence.is_none() {
                self.error(start, "an override has a severity, a confidence, or both");
            }
            if !seen.insert(one.rule.get_ref().clone()) {
                self.error(start, "this rule has an override already");
            }
            let rule = self.named(one.rule);
            overrides.push(Override { rule, severity: one.severity, confidence: one.confidence });
        }
        overrides
    }

    /// An allowance; `None` where something is wrong with it.
    fn allowance(&mut self, raw: Spanned<RawAllow>) -> Option<Allowance> {
        let (start, before) = (raw.span().start, self.errors.len());
        let raw = raw.into_inner();
        if raw.reason.get_ref().trim().is_empty() {
            self.error(raw.reason.span().start, "the reason is empty");
        }
        let mut written = Vec::new();
        let allowance = Allowance {
            rules: self.rules(&raw.rules, &mut written),
            paths: self.list("paths", &raw.paths, &mut written, PathPattern::parse),
            values: self.list("values", &raw.values, &mut written, ValuePattern::parse),
            lines: self.list("lines", &raw.lines, &mut written, line),
            commits: self.list("commits", &raw.commits, &mut written, commit),
            expires: raw.expires.and_then(|date| self.day(&date)),
            place: self.place(start),
            reason: super::plain(raw.reason.get_ref().trim()),
            owner: raw.owner.map(|owner| super::plain(owner.trim())),
            written: Vec::new(),
        };
        if written.is_empty() {
            self.error(start, "allows everything: name rules, paths, values, lines or commits");
        }
        (self.errors.len() == before).then_some(Allowance { written, ..allowance })
    }

    fn rules(&mut self, list: &Option<Texts>, written: &mut Written) -> Vec<Named> {
        self.list("rules", list, written, |_| Ok(()));
        let ids = list.iter().flat_map(|list| list.get_ref().clone());
        ids.map(|id| self.named(id)).collect()
    }

    /// The entries of one key, each read by `parse`.
    fn list<T>(
        &mut self,
        key: &'static str,
        list: &Option<Texts>,
        written: &mut Written,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let Some(list) = list else { return Vec::new() };
        if list.get_ref().is_empty() {
            self.error(list.span().start, format!("`{key}` is empty: leave it out, or fill it"));
        }
        written.push((key, list.get_ref().iter().map(|text| text.get_ref().clone()).collect()));
        let mut read = Vec::new();
        for text in list.get_ref() {
            match parse(text.get_ref()) {
                Ok(one) => read.push(one),
                Err(message) => self.error(text.span().start, message),
            }
        }
        read
    }

    fn day(&mut self, written: &Spanned<Datetime>) -> Option<Day> {
        let date = written.get_ref();
        let alone = date.time.is_none() && date.offset.is_none();
        let day = date.date.filter(|_| alone).and_then(|d| Day::new(d.year, d.month, d.day));
        if day.is_none() {
            self.error(written.span().start, "`expires` is a day without a time: 2027-01-31");
        }
        day
    }
}

fn line(text: &str) -> Result<regex::bytes::Regex, String> {
    compile(text.strip_prefix("regex:").ok_or("a line is described by `regex:` and a pattern")?)
}

fn commit(text: &str) -> Result<String, String> {
    let right = is_hex(text) && (7..=64).contains(&text.len());
    if right { Ok(text.to_ascii_lowercase()) } else { Err("a commit is 7 to 64 hex digits".to_owned()) }
}
