//! Rules in a config, read by the lines that read rule files.
//!
//! Takes the text of a config, gives its `[[rule]]` tables as rules. Everything else in the text is
//! replaced by spaces, so that the room `rule` sees a rule file in which each line and column is the one
//! that the user wrote.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Places;
use super::{ConfigError, OwnRule, Place};
use crate::rule::{self, LoadError};

/// Stands above the rules, on a line of its own: a rule file names its provider.
const HEAD: &str = "provider = \"own\"\n";

/// The rules of a config whose `[[rule]]` tables hold `written`.
pub(super) fn rules(
    file: &str,
    text: &str,
    written: &[Spanned<toml::Table>],
) -> Result<Vec<OwnRule>, Vec<ConfigError>> {
    if written.is_empty() {
        return Ok(Vec::new());
    }
    let alone = format!("{HEAD}{}", rules_alone(text));
    let loaded = rule::load(file, &alone).map_err(|e| e.into_iter().map(moved).collect::<Vec<_>>())?;
    let one_form = |table: &Spanned<_>| serde_json::to_string(table.get_ref()).unwrap_or_default();
    let places = Places::new(file, text);
    let own = |(rule, table): (_, &Spanned<_>)| {
        let place = places.at(table.span().start);
        OwnRule { rule, place, written: one_form(table) }
    };
    Ok(loaded.iter().zip(written).map(own).collect())
}

/// An error of the room `rule`, one line up: the head is not the user's.
fn moved(error: LoadError) -> ConfigError {
    let place = Place { file: error.file, line: error.at.0.saturating_sub(1).max(1), column: error.at.1 };
    ConfigError::new(place, super::without_values(&error.message))
}

/// The text with all but its `[[rule]]` tables blank.
fn rules_alone(text: &str) -> String {
    let mut kept = Vec::new();
    if let Ok(table) = DeTable::parse(text)
        && let Some((key, value)) = table.get_ref().iter().find(|(key, _)| key.get_ref() == "rule")
    {
        keep(text, key.span().start, value, &mut kept);
    }
    kept.sort_unstable();
    blank_outside(text, &kept)
}

/// Adds the parts of the text that make up `value`, whose outermost key on its line begins at `start`.
fn keep(text: &str, start: usize, value: &Spanned<DeValue<'_>>, kept: &mut Vec<(usize, usize)>) {
    let span = value.span();
    let is_header = |table: &Spanned<DeValue<'_>>| text[table.span()].starts_with('[');
    match value.get_ref() {
        DeValue::Array(items) if items.iter().any(|i| i.get_ref().is_table() && is_header(i)) => {
            for item in items.iter() {
                keep(text, item.span().start, item, kept);
            }
        }
        DeValue::Table(table) if !text[span.clone()].starts_with('{') => {
            let headed = is_header(value);
            if headed {
                kept.push((span.start, span.end));
            }
            for (key, inner) in table.iter() {
                let start = if headed { key.span().start } else { start.min(key.span().start) };
                keep(text, start, inner, kept);
            }
        }
        _ => kept.push((start, span.end)),
    }
}

fn blank_outside(text: &str, kept: &[(usize, usize)]) -> String {
    let mut ranges = kept.iter().peekable();
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        while ranges.next_if(|(_, end)| *end <= at).is_some() {}
        let inside = ranges.peek().is_some_and(|(start, _)| *start <= at);
        out.push(if inside || matches!(c, '\n' | '\r') { c } else { ' ' });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rules_are_left_where_they_stood() {
        let text = "a = 1 # rule\n[[rule]] # r\nid = \"x\"\ncontext.words = [\n 'b', ]\n[rules]\nd = 1\n\
                    [rule.with]\nrule = \"é\"\n[[allow]]\nx = 2\n[[rule]]\nc = { d = 1 }\n[[rule.samples]]\nt = ''\n";
        let expected = "            \n[[rule]]    \nid = \"x\"\ncontext.words = [\n 'b', ]\n       \n     \n\
                    [rule.with]\nrule = \"é\"\n         \n     \n[[rule]]\nc = { d = 1 }\n[[rule.samples]]\nt = ''\n";
        assert_eq!(rules_alone(text), expected);
        let inline = "x = 1\nrule = [{ id = 'a' }, { id = 'b' }]\n";
        assert_eq!(rules_alone(inline), format!("     {}", &inline[5..]));
    }

    proptest::proptest! {
        #[test]
        fn any_text_keeps_its_lines(text in "(\\[\\[rule\\]\\]|\\[rule\\.a\\]|[a-c]\\.?[a-c] = [1-3]|\n|'|\"| |é|\\{|\\}|#){0,30}") {
            let alone = rules_alone(&text);
            proptest::prop_assert_eq!(alone.lines().count(), text.lines().count());
        }
    }
}
