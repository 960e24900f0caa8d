//! Writes a config: the draft as TOML, for a person to read and keep.

use super::rule::Rule;
use super::{Allow, Draft};
use crate::rule::Scope;

/// The whole config.
pub(super) fn config(draft: &Draft) -> String {
    let mut out = String::from("# Made by `tokensieve migrate`.\n");
    if draft.alone {
        out += "\n# Only the rules below, as in the file this was made from.\ninherit = false\n";
    }
    if !draft.disable.is_empty() {
        out += "\n[rules]\n";
        list(&mut out, "disable", &draft.disable);
    }
    for part in draft.rules.iter().map(rule).chain(draft.allow.iter().map(allow)) {
        out.push('\n');
        out += &part;
    }
    out
}

/// One `[[rule]]`.
pub(super) fn rule(rule: &Rule) -> String {
    let mut out = String::from("[[rule]]\n");
    pair(&mut out, "id", &text(&rule.id));
    pair(&mut out, "description", &text(&rule.description));
    pair(&mut out, "severity", "\"high\"");
    list(&mut out, "anchors", &rule.anchors);
    if rule.ignore_case {
        pair(&mut out, "ignore_case", "true");
    }
    if rule.scope == Scope::Text {
        pair(&mut out, "scope", "\"text\"");
    }
    pair(&mut out, "pattern", &text(&rule.pattern));
    // gitleaks looks at no boundaries but those in the pattern.
    pair(&mut out, "left", "\"\"");
    pair(&mut out, "right", "\"\"");
    if let Some(n) = rule.max_len {
        pair(&mut out, "max_len", &n.to_string());
    }
    list(&mut out, "files", &rule.files);
    if let Some(bits) = rule.entropy {
        pair(&mut out, "entropy", &bits.to_string());
    }
    out
}

/// One `[[allow]]`.
pub(super) fn allow(allow: &Allow) -> String {
    let mut out = String::from("[[allow]]\n");
    list(&mut out, "rules", &allow.rules);
    list(&mut out, "paths", &allow.paths);
    list(&mut out, "values", &allow.values);
    list(&mut out, "lines", &allow.lines);
    list(&mut out, "commits", &allow.commits);
    pair(&mut out, "reason", &text(&allow.reason));
    out
}

fn pair(out: &mut String, key: &str, value: &str) {
    *out += &format!("{key} = {value}\n");
}

/// A list, where it is not empty: on one line if it is short.
fn list(out: &mut String, key: &str, items: &[String]) {
    let items: Vec<String> = items.iter().map(|item| text(item)).collect();
    let length: usize = items.iter().map(|item| item.len() + 2).sum();
    match items.as_slice() {
        [] => {}
        items if length <= 80 => pair(out, key, &format!("[{}]", items.join(", "))),
        items => pair(out, key, &format!("[\n    {},\n]", items.join(",\n    "))),
    }
}

/// A text of TOML: as it is where that goes, else with escapes.
fn text(text: &str) -> String {
    let has_control = text.chars().any(char::is_control);
    let at_ends = text.starts_with('\'') || text.ends_with('\'');
    match () {
        () if !has_control && !text.contains(['\\', '"']) => format!("\"{text}\""),
        () if !has_control && !text.contains('\'') => format!("'{text}'"),
        () if !has_control && !at_ends && !text.contains("''") => format!("'''{text}'''"),
        () => escaped(text),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out += &format!("\\u{:04X}", u32::from(c)),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    proptest::proptest! {
        #[test]
        fn texts_are_read_as_written(text in "(\\PC|'|\"|\\\\|\n|\u{0}|\u{7f}|\u{85}){0,20}") {
            let table: toml::Table = toml::from_str(&format!("x = {}", super::text(&text))).unwrap();
            proptest::prop_assert_eq!(table["x"].as_str(), Some(text.as_str()));
        }
    }
}
