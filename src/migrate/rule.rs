//! Rules of gitleaks: a regular expression, with the group that is the secret, an entropy and a path.
//!
//! Ours are found by anchors, which theirs do not have: literals that stand in every match are taken from
//! the pattern itself. Where there are none, only a rule for files of certain names can be taken over.

use regex_syntax::hir::{Hir, HirKind, Look};

use super::literals::{self, Anchors};
use super::pattern::{Secret, Translated, translate};
use super::section::{Section, Text};
use super::{Draft, Reader, allowlist, names, write};
use crate::config::{self, plain};
use crate::rule::Scope;

/// The longest match of a pattern that has no bound of its own, in bytes.
const LONGEST: u32 = 8192;

/// A rule in the making.
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) anchors: Vec<String>,
    pub(super) ignore_case: bool,
    pub(super) scope: Scope,
    pub(super) pattern: String,
    pub(super) max_len: Option<u32>,
    pub(super) files: Vec<String>,
    pub(super) entropy: Option<f64>,
}

/// Reads one `[[rules]]`, with its allowlists.
pub(super) fn read(reader: &Reader<'_>, section: &Section<'_>, draft: &mut Draft) {
    let id = section.text("id").or_else(|| section.text("description"));
    let id = id.unwrap_or(Text { text: "rule".to_owned(), offset: section.offset });
    let mut ours = names::ours(&id.text);
    if let Some(name) = take_over(reader, section, &id, draft) {
        if !ours.is_empty() && !ours.contains(&name) {
            let note = format!("rule {}: {} stays in force beside it", id.text, ours.join(", "));
            reader.note(draft, id.offset, note);
        }
        ours.push(name);
    }
    for key in ["allowlist", "allowlists"] {
        for list in section.sections(key) {
            allowlist::read(reader, &list, Some((&id, &ours)), draft);
        }
    }
    for required in section.sections("required") {
        let note = format!("rule {}: what must stand near it is left out; see `with`", id.text);
        reader.note(draft, required.offset, note);
    }
    section.skip(&["description", "keywords", "tags", "skipReport", "required", "secretGroup", "entropy"]);
    for key in section.rest() {
        let note = format!("rule {}: the key `{}` has no counterpart", id.text, key.text);
        reader.note(draft, key.offset, note);
    }
}

/// Adds a rule to the draft; gives its name there.
fn take_over(reader: &Reader<'_>, section: &Section<'_>, id: &Text, draft: &mut Draft) -> Option<String> {
    let Some(regex) = section.text("regex") else {
        without_regex(reader, section, id, draft);
        return None;
    };
    let offset = regex.offset;
    match convert(section, id, &regex) {
        Ok((mut rule, remarks)) => {
            while draft.rules.iter().any(|other| other.id == rule.id) {
                rule.id += "-2";
            }
            for remark in remarks {
                reader.note(draft, offset, format!("rule {}: {remark}", id.text));
            }
            let name = rule.id.clone();
            draft.rules.push(rule);
            Some(name)
        }
        Err(why) => {
            reader.note(draft, offset, format!("rule {}: left out: {why}", id.text));
            None
        }
    }
}

/// A rule that changes one of gitleaks' own, or is about paths alone.
fn without_regex(reader: &Reader<'_>, section: &Section<'_>, id: &Text, draft: &mut Draft) {
    if let Some(path) = section.text("path") {
        let note = format!("rule {}: left out: a path alone is no finding here", id.text);
        reader.note(draft, path.offset, note);
    }
    if section.number("entropy").is_some() || section.number("secretGroup").is_some() {
        let note = format!("rule {}: its new entropy or group is left out", id.text);
        reader.note(draft, id.offset, note);
    }
}

/// A rule of ours, and remarks on what is other than it was.
fn convert(section: &Section<'_>, id: &Text, regex: &Text) -> Result<(Rule, Vec<String>), String> {
    let mut remarks = Vec::new();
    let translated = with_secret(section, regex, &mut remarks)?;
    let files = section.text("path").map_or(Ok(Vec::new()), |path| globs(&path.text))?;
    let bounded = longest(&translated.pattern).is_some_and(|n| n <= LONGEST as usize);
    if !bounded {
        remarks.push(format!("matches are looked for up to {LONGEST} bytes long"));
    }
    let description = section.text("description").map_or_else(|| id.text.clone(), |d| d.text);
    let mut rule = Rule {
        id: names::own(&id.text),
        description: plain(description.trim_end_matches('.')),
        anchors: Vec::new(),
        ignore_case: false,
        scope: Scope::Run,
        max_len: (!bounded).then_some(LONGEST),
        files,
        entropy: section.number("entropy").filter(|bits| bits.is_finite() && *bits > 0.0),
        pattern: translated.pattern,
    };
    match literals::anchors(&rule.pattern) {
        Some(anchors) => anchor(&mut rule, anchors, &mut remarks),
        None if !rule.files.is_empty() => {}
        None => return Err("no literal of three bytes stands in every match".to_owned()),
    }
    keywords(section, &rule, &mut remarks);
    let parsed = config::parse("", &write::rule(&rule));
    parsed.map_err(|errors| errors.first().map_or_else(String::new, |e| e.message.clone()))?;
    Ok((rule, remarks))
}

/// The pattern, with the group that is the secret named, unless that may be empty.
fn with_secret(section: &Section<'_>, regex: &Text, remarks: &mut Vec<String>) -> Result<Translated, String> {
    let group = section.number("secretGroup").filter(|n| *n >= 1.0);
    let secret = group.map_or(Secret::First, |n| Secret::Group(n as usize));
    let translated = translate(&regex.text, secret)?;
    if parse(&translated.pattern).is_some_and(|hir| may_be_empty(&hir)) {
        remarks.push("the secret is the whole match, since its group may be empty".to_owned());
        return translate(&regex.text, Secret::No);
    }
    if secret == Secret::First && translated.groups > 1 {
        remarks.push("of its groups the first is the secret".to_owned());
    }
    Ok(translated)
}

/// Whether the group `secret` can match nothing.
fn may_be_empty(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) if capture.name.as_deref() == Some("secret") => {
            capture.sub.properties().minimum_len() == Some(0)
        }
        HirKind::Capture(capture) => may_be_empty(&capture.sub),
        HirKind::Repetition(repetition) => may_be_empty(&repetition.sub),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => subs.iter().any(may_be_empty),
        _ => false,
    }
}

/// Gives a rule its anchors. Those outside of runs know no letter case: the usual spellings are listed.
fn anchor(rule: &mut Rule, found: Anchors, remarks: &mut Vec<String>) {
    if found.in_run {
        rule.ignore_case = found.ignore_case;
        rule.anchors = found.texts;
        return;
    }
    rule.scope = Scope::Text;
    rule.anchors = found.texts;
    if found.ignore_case {
        let spellings = rule.anchors.iter().flat_map(|text| spellings(text));
        rule.anchors = spellings.collect();
        remarks.push(format!("found by {} in these spellings only", rule.anchors.join(", ")));
    }
}

/// A text as it is, in lower and in upper case, and with a capital.
fn spellings(text: &str) -> Vec<String> {
    let mut capital = text.to_ascii_lowercase();
    if let Some(first) = text.find(|c: char| c.is_ascii_alphabetic()) {
        capital[first..=first].make_ascii_uppercase();
    }
    let mut all = vec![text.to_owned(), text.to_ascii_lowercase(), text.to_ascii_uppercase(), capital];
    all.sort();
    all.dedup();
    all
}

/// Remarks on keywords, one of which had to stand somewhere near, unless the anchors imply them.
fn keywords(section: &Section<'_>, rule: &Rule, remarks: &mut Vec<String>) {
    let words: Vec<String> = section.texts("keywords").iter().map(|w| w.text.to_ascii_lowercase()).collect();
    let implied = |anchor: &String| words.iter().any(|word| anchor.to_ascii_lowercase().contains(word));
    let all_implied = !rule.anchors.is_empty() && rule.anchors.iter().all(implied);
    if !words.is_empty() && !all_implied {
        remarks.push("it no longer asks for its keywords".to_owned());
    }
}

fn parse(pattern: &str) -> Option<Hir> {
    regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build().parse(pattern).ok()
}

fn longest(pattern: &str) -> Option<usize> {
    parse(pattern)?.properties().maximum_len()
}

/// Globs for a pattern of paths, where it says how paths end: `\.py$`, `(^|/)\.env$`.
fn globs(path: &str) -> Result<Vec<String>, String> {
    let wrong = || "its path cannot be written as globs".to_owned();
    let hir = parse(&translate(path, Secret::No)?.pattern).ok_or_else(wrong)?;
    let HirKind::Concat(parts) = hir.kind() else { return Err(wrong()) };
    let Some((last, parts)) = parts.split_last() else { return Err(wrong()) };
    if !matches!(last.kind(), HirKind::Look(Look::End)) {
        return Err(wrong());
    }
    let (whole_name, parts) = match parts.split_first() {
        Some((first, rest)) if is_boundary(first) => (true, rest),
        Some((first, rest)) if is_anything(first) => (false, rest),
        _ => (false, parts),
    };
    let (texts, _) = literals::all_texts(&Hir::concat(parts.to_vec())).ok_or_else(wrong)?;
    let right = |text: &String| !text.is_empty() && !text.contains(['*', '?', '[', ']', '{', '}', '\\', '!']);
    if texts.is_empty() || !texts.iter().all(right) {
        return Err(wrong());
    }
    let glob = |text: &String| match (whole_name, text.strip_prefix('/')) {
        (_, Some(name)) => name.to_owned(),
        (true, None) => text.clone(),
        (false, None) => format!("*{text}"),
    };
    Ok(texts.iter().map(glob).collect())
}

/// `(^|/)`
fn is_boundary(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => is_boundary(&capture.sub),
        HirKind::Alternation(subs) => {
            let slash = |sub: &Hir| matches!(sub.kind(), HirKind::Literal(l) if *l.0 == *b"/");
            let start = |sub: &Hir| matches!(sub.kind(), HirKind::Look(Look::Start));
            subs.len() == 2 && subs.iter().any(slash) && subs.iter().any(start)
        }
        _ => false,
    }
}

/// `.*`, alone or in a group
fn is_anything(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => is_anything(&capture.sub),
        HirKind::Repetition(repetition) => repetition.min == 0 && repetition.max.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::globs;

    #[test]
    fn paths_become_globs_where_they_can() {
        assert_eq!(globs(r"\.py$").unwrap(), ["*.py"]);
        assert_eq!(globs(r"(?i)\.(?:tf|hcl)$").unwrap(), ["*.hcl", "*.tf"]);
        assert_eq!(globs(r"(?:^|/)\.npmrc$").unwrap(), [".npmrc"]);
        assert_eq!(globs(r"(^|/)config/app\.ya?ml$").unwrap(), ["config/app.yaml", "config/app.yml"]);
        assert_eq!(globs(r".*/x\.json$").unwrap(), ["x.json"]);
        for path in ["src", "^src/", r"a\d+$", "$", "[", "a.*b$", r"x\*$"] {
            assert!(globs(path).is_err(), "{path}");
        }
    }
}
