//! A table of a TOML file, read key by key in any letter case, as gitleaks reads its config; what nobody
//! asked for can be listed afterwards.

use std::cell::RefCell;
use std::collections::HashSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) offset: usize,
}

/// A table.
pub(super) struct Section<'a> {
    table: &'a DeTable<'a>,
    /// Where it begins.
    pub(super) offset: usize,
    asked: RefCell<HashSet<String>>,
}

impl<'a> Section<'a> {
    pub(super) fn new(table: &'a DeTable<'a>, offset: usize) -> Self {
        Self { table, offset, asked: RefCell::default() }
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        let found = self.table.iter().find(|(k, _)| k.get_ref().eq_ignore_ascii_case(key))?;
        self.asked.borrow_mut().insert(key.to_ascii_lowercase());
        Some(found.1)
    }

    /// Says that a key is known and of no concern.
    pub(super) fn skip(&self, keys: &[&str]) {
        self.asked.borrow_mut().extend(keys.iter().map(|key| key.to_ascii_lowercase()));
    }

    pub(super) fn text(&self, key: &str) -> Option<Text> {
        let value = self.get(key)?;
        text_of(value).filter(|t| !t.text.is_empty())
    }

    /// The texts of a list; a single text counts as a list of one.
    pub(super) fn texts(&self, key: &str) -> Vec<Text> {
        match self.get(key).map(|value| (value.get_ref(), value)) {
            Some((DeValue::Array(items), _)) => items.iter().filter_map(text_of).collect(),
            Some((_, value)) => text_of(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.get(key).and_then(|value| value.get_ref().as_bool()).unwrap_or(false)
    }

    pub(super) fn number(&self, key: &str) -> Option<f64> {
        match self.get(key)?.get_ref() {
            DeValue::Integer(n) => n.as_str().parse().ok(),
            DeValue::Float(n) => n.as_str().parse().ok(),
            _ => None,
        }
    }

    /// The table of a key, or the tables of a list of them.
    pub(super) fn sections(&self, key: &str) -> Vec<Section<'a>> {
        let one = |value: &'a Spanned<DeValue<'a>>| {
            let table = value.get_ref().as_table()?;
            Some(Section::new(table, value.span().start))
        };
        match self.get(key) {
            Some(value) => match value.get_ref() {
                DeValue::Array(items) => items.iter().filter_map(one).collect(),
                _ => one(value).into_iter().collect(),
            },
            None => Vec::new(),
        }
    }

    /// Keys that nobody asked for.
    pub(super) fn rest(&self) -> Vec<Text> {
        let asked = self.asked.borrow();
        let rest = self.table.iter().filter(|(key, _)| !asked.contains(&key.get_ref().to_ascii_lowercase()));
        rest.map(|(key, _)| Text { text: key.get_ref().to_string(), offset: key.span().start }).collect()
    }
}

fn text_of<'a>(value: &'a Spanned<DeValue<'a>>) -> Option<Text> {
    let text = value.get_ref().as_str()?.to_owned();
    Some(Text { text, offset: value.span().start })
}
