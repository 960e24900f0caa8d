//! Files that name single secrets: `.gitleaksignore` by their places, `.secrets.baseline` by their hashes.

use serde_json::Value;

use super::allowlist::add;
use super::{Allow, Draft, Reader, names};
use crate::config::{ConfigError, compile, plain};
use crate::finding::Finding;
use crate::suppress;

/// Reads a `.gitleaksignore`. What an entry names among `findings` is allowed by its fingerprint.
pub(super) fn gitleaks(reader: &Reader<'_>, findings: &[Finding], draft: &mut Draft) {
    let source = reader.source;
    let read = suppress::gitleaksignore(source.file, source.text);
    draft.left_out.extend(read.problems.iter().cloned());
    let mut values = vec![Vec::new(); read.len()];
    for finding in findings {
        for entry in finding.occurrences.iter().flat_map(|place| read.at(place)) {
            values[entry].push(format!("fingerprint:{}", finding.fingerprint.as_str()));
        }
    }
    for (entry, _) in values.iter().enumerate().filter(|(_, found)| found.is_empty()) {
        unmatched(reader, &read, entry, draft);
    }
    let mut values: Vec<String> = values.into_iter().flatten().collect();
    values.sort();
    values.dedup();
    let reason = format!("taken over from {}", source.file);
    add(reader, 0, Allow { values, reason, ..Allow::default() }, draft);
}

/// An entry that names no known finding: with a commit, that commit's file is narrow enough.
fn unmatched(reader: &Reader<'_>, read: &suppress::Foreign, entry: usize, draft: &mut Draft) {
    let place = read.place(entry);
    let text = read.name(entry);
    let parts: Option<(&str, &str)> = text.rsplit_once(':').and_then(|(rest, _)| rest.rsplit_once(':'));
    let (Some(commit), Some((path, rule))) = (read.commit(entry), parts) else {
        let why = "names a line, not a secret, and no finding stands there: left out";
        draft.left_out.push(ConfigError::new(place, why));
        return;
    };
    let path = path.split_once(':').map_or(path, |(_, path)| path).replace('\\', "/");
    let allow = Allow {
        rules: names::ours(rule),
        paths: vec![format!("/{}", globset::escape(path.trim_start_matches("./")))],
        commits: vec![commit.to_owned()],
        reason: format!("taken over from {}:{}", place.file, place.line),
        ..Allow::default()
    };
    draft.left_out.push(ConfigError::new(place, "taken over for all of the file in that commit"));
    let same = |o: &Allow| o.rules == allow.rules && o.paths == allow.paths && o.commits == allow.commits;
    if draft.allow.iter().any(same) {
        return;
    }
    add(reader, 0, allow, draft);
}

/// Reads a `.secrets.baseline`: its hashes, and the patterns of what it leaves out.
pub(super) fn detect_secrets(reader: &Reader<'_>, draft: &mut Draft) -> Result<(), ConfigError> {
    let source = reader.source;
    let parsed: Value =
        serde_json::from_str(source.text).map_err(|e| ConfigError::of_json(source.file, source.text, &e))?;
    let results = parsed.get("results").and_then(Value::as_object);
    let results = results.ok_or_else(|| {
        ConfigError::new(reader.places.at(0), "has no `results`: is no baseline of detect-secrets")
    })?;
    let mut values = Vec::new();
    for one in results.values().filter_map(Value::as_array).flatten() {
        match one.get("hashed_secret").and_then(Value::as_str) {
            Some(hash) => values.push(format!("sha1:{}", hash.to_ascii_lowercase())),
            None => reader.note(draft, 0, "an entry without `hashed_secret` is left out"),
        }
    }
    let is_hash = |value: &String| value.len() == 45 && value[5..].bytes().all(|b| b.is_ascii_hexdigit());
    let (mut values, wrong): (Vec<String>, Vec<String>) = values.into_iter().partition(is_hash);
    if !wrong.is_empty() {
        reader.note(draft, 0, format!("{} entries are left out: their hashes are none", wrong.len()));
    }
    values.sort();
    values.dedup();
    let reason = format!("taken over from {}", source.file);
    add(reader, 0, Allow { values, reason, ..Allow::default() }, draft);
    let filters = parsed.get("filters_used").and_then(Value::as_array);
    filters.into_iter().flatten().for_each(|one| filter(reader, one, draft));
    Ok(())
}

/// A filter with patterns of the user's; the others are detect-secrets' own.
fn filter(reader: &Reader<'_>, filter: &Value, draft: &mut Draft) {
    let name = filter.get("path").and_then(Value::as_str).unwrap_or("").rsplit('.').next().unwrap_or("");
    let patterns = filter.get("pattern").and_then(Value::as_array);
    let patterns = patterns.into_iter().flatten().filter_map(Value::as_str);
    let offset = reader.source.text.find(name).unwrap_or(0);
    let mut kept = Vec::new();
    for pattern in patterns {
        match compile(pattern) {
            Ok(_) => kept.push(format!("regex:{pattern}")),
            Err(why) => {
                reader.note(draft, offset, format!("a pattern of {} is left out: {why}", plain(name)))
            }
        }
    }
    let base = Allow { reason: format!("{} in {}", plain(name), reader.source.file), ..Allow::default() };
    let allow = match name {
        "should_exclude_file" => Allow { paths: kept, ..base },
        "should_exclude_line" => Allow { lines: kept, ..base },
        "should_exclude_secret" => Allow { values: kept, ..base },
        _ if kept.is_empty() => return,
        _ => return reader.note(draft, offset, format!("the filter {} is left out", plain(name))),
    };
    add(reader, offset, allow, draft);
}
