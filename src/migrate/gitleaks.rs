//! The config of gitleaks as a whole.

use toml::de::DeTable;

use super::section::Section;
use super::{Allow, Draft, Reader, allowlist, names, rule};
use crate::config::ConfigError;

/// Reads a `.gitleaks.toml` into the draft.
pub(super) fn read(reader: &Reader<'_>, draft: &mut Draft) -> Result<(), ConfigError> {
    let source = reader.source;
    let parsed =
        DeTable::parse(source.text).map_err(|e| ConfigError::of_toml(source.file, source.text, &e))?;
    let root = Section::new(parsed.get_ref(), 0);
    let rules = root.sections("rules");
    extend(reader, &root, !rules.is_empty(), draft);
    for section in &rules {
        rule::read(reader, section, draft);
    }
    for key in ["allowlist", "allowlists"] {
        for section in root.sections(key) {
            allowlist::read(reader, &section, None, draft);
        }
    }
    root.skip(&["title", "description", "minVersion"]);
    for key in root.rest() {
        reader.note(draft, key.offset, format!("the key `{}` has no counterpart", key.text));
    }
    Ok(())
}

/// Which rules lie beneath.
fn extend(reader: &Reader<'_>, root: &Section<'_>, has_rules: bool, draft: &mut Draft) {
    let mut on_default = false;
    let mut on_other = false;
    for section in root.sections("extend") {
        on_default |= section.flag("useDefault");
        for key in ["path", "url"] {
            if let Some(other) = section.text(key) {
                on_other = true;
                reader.note(draft, other.offset, "the config that it extends is not read; migrate that too");
            }
        }
        disable(reader, &section, draft);
        for key in section.rest() {
            reader.note(draft, key.offset, format!("the key `extend.{}` has no counterpart", key.text));
        }
    }
    if on_default {
        let note = "of gitleaks' own allowlist only its configs are taken over, not lock files, images and vendored code";
        reader.note(draft, 0, note);
        draft.allow.push(configs());
    } else if has_rules && !on_other {
        draft.alone = true;
    } else if !on_other {
        let note =
            "has no rules and extends none, so that gitleaks finds nothing; the built-in rules stay in force";
        reader.note(draft, 0, note);
    }
}

/// The one part of gitleaks' own allowlist that every user of it relies on: a config that allows a value in
/// clear is no leak of it.
fn configs() -> Allow {
    Allow {
        paths: vec!["regex:gitleaks\\.toml$".to_owned()],
        reason: "configs of gitleaks name what they allow".to_owned(),
        ..Allow::default()
    }
}

fn disable(reader: &Reader<'_>, section: &Section<'_>, draft: &mut Draft) {
    for id in section.texts("disabledRules") {
        let ours = names::ours(&id.text);
        if ours.is_empty() {
            let note = format!("no rule here does the work of {}; there is nothing to switch off", id.text);
            reader.note(draft, id.offset, note);
        }
        draft.disable.extend(ours);
    }
    draft.disable.sort();
    draft.disable.dedup();
}
