//! Allowlists of gitleaks: commits, paths, patterns and stopwords, any of which allows a finding, or all.
//!
//! Ours say "all keys, any entry", so a list of theirs that says "any" becomes an allowance per key.

use regex_syntax::ParserBuilder;

use super::pattern::{Secret, translate};
use super::section::{Section, Text};
use super::{Allow, Draft, Reader, names, write};
use crate::config::{self, PathPattern, compile, plain};

/// The entries of one key.
#[derive(Default)]
struct Entries {
    kept: Vec<String>,
    /// Whether there were any to begin with.
    wanted: bool,
}

/// A list in the making.
struct List {
    commits: Entries,
    paths: Entries,
    values: Entries,
    stopwords: Entries,
    lines: Entries,
}

/// Reads one list; `of` is the rule that it belongs to and what that is called here.
pub(super) fn read(
    reader: &Reader<'_>,
    section: &Section<'_>,
    of: Option<(&Text, &Vec<String>)>,
    draft: &mut Draft,
) {
    let Some(rules) = rules(reader, section, of, draft) else { return };
    let line = reader.places.at(section.offset).line;
    let default = || format!("taken over from {}:{line}", reader.source.file);
    let description = section.text("description").map(|d| plain(d.text.trim()));
    let reason = description.filter(|d| !d.is_empty()).unwrap_or_else(default);
    let condition = section.text("condition").map(|c| c.text.to_ascii_uppercase());
    let list = entries(reader, section, draft);
    let base = Allow { rules, reason, ..Allow::default() };
    match condition.as_deref() {
        Some("AND" | "&&") => all_of(reader, section, list, base, draft),
        _ => any_of(reader, section, list, &base, draft),
    }
    for key in section.rest() {
        let note = format!("the key `{}` of an allowlist has no counterpart", key.text);
        reader.note(draft, key.offset, note);
    }
}

/// The rules that a list is for, empty for all; `None` where no rule of ours does their work, so that
/// there is nothing to allow.
fn rules(
    reader: &Reader<'_>,
    section: &Section<'_>,
    of: Option<(&Text, &Vec<String>)>,
    draft: &mut Draft,
) -> Option<Vec<String>> {
    let mut rules = Vec::new();
    let mut is_limited = false;
    if let Some((id, ours)) = of {
        is_limited = true;
        rules.clone_from(ours);
        if ours.is_empty() {
            let note = format!("rule {}: no rule here does its work; its allowlist is left out", id.text);
            reader.note(draft, section.offset, note);
        }
    }
    for target in section.texts("targetRules") {
        is_limited = true;
        let own = names::own(&target.text);
        let mut ours = names::ours(&target.text);
        ours.extend(draft.rules.iter().filter(|rule| rule.id == own).map(|rule| rule.id.clone()));
        if ours.is_empty() {
            let note =
                format!("no rule here does the work of {}; it is left out of an allowlist", target.text);
            reader.note(draft, target.offset, note);
        }
        rules.extend(ours);
    }
    rules.sort();
    rules.dedup();
    (!is_limited || !rules.is_empty()).then_some(rules)
}

fn entries(reader: &Reader<'_>, section: &Section<'_>, draft: &mut Draft) -> List {
    let target = section.text("regexTarget").map(|t| t.text.to_ascii_lowercase());
    let by_line = matches!(target.as_deref(), Some("line" | "match"));
    let is_match = target.as_deref() == Some("match");
    let regexes = section.texts("regexes");
    if is_match && let Some(first) = regexes.first() {
        let note = "patterns for the match are looked for in its whole line";
        reader.note(draft, first.offset, note);
    }
    let (values, lines) = if by_line { (Vec::new(), regexes) } else { (regexes, Vec::new()) };
    let line = |text: &str| if is_match { unanchored(text) } else { pattern(text) };
    List {
        commits: keep(reader, draft, section.texts("commits"), commit),
        paths: keep(reader, draft, section.texts("paths"), path),
        values: keep(reader, draft, values, pattern),
        lines: keep(reader, draft, lines, line),
        stopwords: keep(reader, draft, section.texts("stopwords"), stopword),
    }
}

/// The entries that can be taken over; the others are noted.
fn keep(
    reader: &Reader<'_>,
    draft: &mut Draft,
    texts: Vec<Text>,
    convert: impl Fn(&str) -> Result<String, String>,
) -> Entries {
    let mut entries = Entries { kept: Vec::new(), wanted: !texts.is_empty() };
    for text in texts {
        match convert(&text.text) {
            Ok(entry) => entries.kept.push(entry),
            Err(why) => {
                reader.note(draft, text.offset, format!("an entry of an allowlist is left out: {why}"))
            }
        }
    }
    entries
}

fn commit(text: &str) -> Result<String, String> {
    let id = text.trim().to_ascii_lowercase();
    let right = (7..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit());
    if right { Ok(id) } else { Err("it is no id of a commit".to_owned()) }
}

fn path(text: &str) -> Result<String, String> {
    let entry = format!("regex:{}", translate(text, Secret::No)?.pattern);
    PathPattern::parse(&entry).map(|_| entry)
}

fn pattern(text: &str) -> Result<String, String> {
    let pattern = translate(text, Secret::No)?.pattern;
    compile(&pattern).map(|_| format!("regex:{pattern}"))
}

/// A pattern for a match, to be looked for in a line: its ends are not the line's.
fn unanchored(text: &str) -> Result<String, String> {
    let entry = pattern(text)?;
    let ours = entry.trim_start_matches("regex:");
    let hir =
        ParserBuilder::new().utf8(false).unicode(false).build().parse(ours).map_err(|e| e.to_string())?;
    let looks = hir.properties().look_set();
    if looks.contains_anchor() { Err("it speaks of the ends of the match".to_owned()) } else { Ok(entry) }
}

fn stopword(text: &str) -> Result<String, String> {
    let pattern = format!("(?i){}", regex_syntax::escape(text));
    compile(&pattern).map(|_| format!("regex:{pattern}"))
}

/// An allowance for each key: any of them allows.
fn any_of(reader: &Reader<'_>, section: &Section<'_>, list: List, base: &Allow, draft: &mut Draft) {
    let mut values = list.values.kept;
    values.extend(list.stopwords.kept);
    let each = [
        Allow { paths: list.paths.kept, ..base.clone() },
        Allow { values, ..base.clone() },
        Allow { lines: list.lines.kept, ..base.clone() },
        Allow { commits: list.commits.kept, ..base.clone() },
    ];
    for allow in each {
        add(reader, section.offset, allow, draft);
    }
}

/// One allowance with all keys. Without one of them it would allow more than it did.
fn all_of(reader: &Reader<'_>, section: &Section<'_>, list: List, base: Allow, draft: &mut Draft) {
    let keys = [&list.commits, &list.paths, &list.values, &list.lines, &list.stopwords];
    let lost = keys.iter().any(|key| key.wanted && key.kept.is_empty());
    let twice = list.values.wanted && list.stopwords.wanted;
    if lost || twice {
        let why =
            if lost { "one of its conditions cannot be said" } else { "it has two conditions on the value" };
        return reader.note(draft, section.offset, format!("an allowlist is left out: {why}"));
    }
    let mut values = list.values.kept;
    values.extend(list.stopwords.kept);
    let (paths, lines, commits) = (list.paths.kept, list.lines.kept, list.commits.kept);
    add(reader, section.offset, Allow { paths, values, lines, commits, ..base }, draft);
}

/// Adds an allowance, unless it names nothing or our own parser does not like it.
pub(super) fn add(reader: &Reader<'_>, offset: usize, allow: Allow, draft: &mut Draft) {
    if [&allow.paths, &allow.values, &allow.lines, &allow.commits].iter().all(|key| key.is_empty()) {
        return;
    }
    match config::parse("", &write::allow(&allow)) {
        Ok(_) => draft.allow.push(allow),
        Err(errors) => {
            let why = errors.first().map_or("", |e| e.message.as_str());
            reader.note(draft, offset, format!("an allowlist is left out: {why}"));
        }
    }
}
