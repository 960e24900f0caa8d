//! Manifests of Kubernetes secrets: everything that such an object keeps under `data` and `stringData`.
//!
//! Takes the text and where its kind is said; gives the places of the values, base64 or plain as they are
//! written (<https://kubernetes.io/docs/concepts/configuration/secret/>). A `SealedSecret` is another kind. Values
//! of several lines are left out: they are whole files, which every rule looks into.

use std::ops::Range;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bstr::ByteSlice;
use regex::bytes::Regex;

use super::pattern::compile;
use super::{jwk, meaning, steps};

/// How far from its kind an object may begin or end, in bytes.
const REACH: usize = 32 * 1024;

/// Deepest object that is read, in columns: those of a list, or of a list in a template.
const DEEPEST: usize = 8;

/// Ends of names under which no secret stands.
const PUBLIC: [&str; 32] = [
    "user",
    "username",
    "login",
    "name",
    "host",
    "hostname",
    "server",
    "port",
    "database",
    "db",
    "schema",
    "region",
    "zone",
    "endpoint",
    "email",
    "mail",
    "bucket",
    "id",
    "type",
    "version",
    "crt",
    "cert",
    "ca",
    "csr",
    "pub",
    "publickey",
    "path",
    "file",
    "mode",
    "env",
    "domain",
    "url",
];

/// The values of the object whose kind is said at `kind`.
pub(super) fn values(text: &[u8], kind: &Range<usize>) -> Vec<Range<usize>> {
    if matches!(text.get(kind.start), Some(b'"' | b'\'')) { in_json(text, kind) } else { in_yaml(text, kind) }
}

/// What a value says: base64 of text, or itself.
pub(super) fn plain(value: &[u8]) -> Option<Vec<u8>> {
    let plain = STANDARD.decode(value).ok()?;
    let is_text = plain.iter().all(|b| b.is_ascii_whitespace() || (b' '..=b'~').contains(b));
    is_text.then(|| plain.trim_ascii_end().to_vec())
}

fn is_secret(name: &[u8]) -> bool {
    let name = meaning::normalise(name);
    !PUBLIC.iter().any(|end| name.ends_with(end.as_bytes()))
}

fn in_json(text: &[u8], kind: &Range<usize>) -> Vec<Range<usize>> {
    static DATA: OnceLock<Option<Regex>> = OnceLock::new();
    static PAIR: OnceLock<Option<Regex>> = OnceLock::new();
    let data = DATA.get_or_init(|| compile(r#""(?:data|stringData)"\s*:\s*\{([^{}]*)\}"#).ok());
    let pair = PAIR.get_or_init(|| compile(r#""([^"\\]+)"\s*:\s*"([^"\\]+)""#).ok());
    let (Some(data), Some(pair), Some(object)) = (data, pair, jwk::object(text, kind, REACH)) else {
        return Vec::new();
    };
    steps::count(object.len());
    let mut values = Vec::new();
    for section in data.captures_iter(&text[object.clone()]).filter_map(|found| found.get(1)) {
        let from = object.start + section.start();
        for found in pair.captures_iter(section.as_bytes()) {
            if let (Some(name), Some(value)) = (found.get(1), found.get(2))
                && is_secret(name.as_bytes())
            {
                values.push(from + value.start()..from + value.end());
            }
        }
    }
    values
}

fn in_yaml(text: &[u8], kind: &Range<usize>) -> Vec<Range<usize>> {
    let start = line_start(text, kind.start);
    let own = Line::of(text, start);
    if own.column > DEEPEST || own.start + own.indent != kind.start {
        return Vec::new();
    }
    let mut values = Vec::new();
    // The column of the names, once it is known: what stands further right is the text of a value.
    let (mut is_data, mut names) = (false, None);
    let mut at = first_line(text, &own);
    let limit = text.len().min(kind.end + REACH);
    while at < limit {
        let line = Line::of(text, at);
        if at > own.start && line.begins_another(&own) {
            break;
        }
        if line.column <= own.column && !line.is_blank() {
            is_data = line.text.starts_with(b"data:") || line.text.starts_with(b"stringData:");
            names = None;
        } else if is_data && !line.is_blank() && line.column == *names.get_or_insert(line.column) {
            values.extend(line.value());
        }
        at = line.end + 1;
    }
    values
}

fn line_start(text: &[u8], at: usize) -> usize {
    text[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1)
}

/// Where the first line of the object begins that a line of it belongs to.
fn first_line(text: &[u8], own: &Line<'_>) -> usize {
    let (mut first, floor) = (own.start, own.start.saturating_sub(REACH));
    let mut is_item = own.is_item;
    while !is_item && first > floor {
        let before = Line::of(text, line_start(text, first - 1));
        is_item = before.is_item && before.column == own.column;
        if !is_item && before.begins_another(own) {
            break;
        }
        first = before.start;
    }
    first
}

/// A line of YAML.
struct Line<'t> {
    start: usize,
    end: usize,
    /// Bytes before the text, with the dash of an item.
    indent: usize,
    /// Column of the text.
    column: usize,
    is_item: bool,
    text: &'t [u8],
}

impl<'t> Line<'t> {
    fn of(text: &'t [u8], start: usize) -> Self {
        let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |len| start + len);
        let line = &text[start..end];
        let blanks = line.iter().take_while(|b| **b == b' ').count();
        let is_item = line[blanks..].starts_with(b"- ");
        let indent = if is_item { blanks + 2 } else { blanks };
        steps::count(line.len());
        Self { start, end, indent, column: indent, is_item, text: line[indent..].trim_ascii_end() }
    }

    fn is_blank(&self) -> bool {
        self.text.is_empty() || self.text.starts_with(b"#")
    }

    /// Whether another object begins with this line than the one that says its kind in line `own`.
    fn begins_another(&self, own: &Line<'_>) -> bool {
        let is_outside = self.column < own.column || self.is_item && self.column == own.column;
        let has_kind = self.column == own.column && self.text.starts_with(b"kind:");
        !self.is_blank() && (is_outside || has_kind || self.text == b"---")
    }

    /// The value of `name: value` or `name: "value"`, where it is one line and its name that of a secret.
    fn value(&self) -> Option<Range<usize>> {
        let colon = self.text.find(b": ")?;
        let name = self.text[..colon].trim_with(|c| c == '"' || c == '\'');
        let from = colon + 2 + self.text[colon + 2..].iter().take_while(|b| **b == b' ').count();
        let value = &self.text[from..];
        let (skipped, value) = match value.first()? {
            quote @ (b'"' | b'\'') => (1, value[1..].split(|b| b == quote).next()?),
            b'|' | b'>' | b'{' | b'[' | b'*' | b'&' | b'!' | b'#' => return None,
            _ => (0, value.split_once_str(" #").map_or(value, |(value, _)| value).trim_ascii_end()),
        };
        let start = self.start + self.indent + from + skipped;
        (is_secret(name) && !value.is_empty()).then(|| start..start + value.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let at = text.find("kind").unwrap();
        let at = if text[..at].ends_with('"') { at - 1 } else { at };
        values(text.as_bytes(), &(at..at + 12)).into_iter().map(|r| &text[r]).collect()
    }

    #[test]
    fn values_stand_on_both_sides_of_the_kind() {
        let text = "x: 1\n---\ndata:\n  a: VALUE1\n  \"b\": 'VALUE2' # c\napiVersion: v1\nkind: Secret\n\
                    metadata:\n  labels:\n    c: no\nstringData:\n\n  # d: no\n  e: VALUE 3 # no\n  user-name: no\n  f: |\n    g: no\n---\n\
                    data:\n  h: no\n";
        assert_eq!(found(text), ["VALUE1", "VALUE2", "VALUE 3"]);
    }

    #[test]
    fn objects_of_a_list_are_apart() {
        let text = "items:\n- data:\n    z: no\n  kind: ConfigMap\n- apiVersion: v1\n  data:\n    a: VALUE1\n  kind: Secret\n- data:\n    b: no\n";
        let at = text.find("kind: Secret").unwrap();
        let found: Vec<_> = values(text.as_bytes(), &(at..at + 12)).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, ["VALUE1"]);
    }

    #[test]
    fn json_says_the_same() {
        let text = r#"{"items": [{"data": {"z": "no"}}, {"data": {"a": "VALUE1", "user": "no"}, "kind": "Secret"}]}"#;
        let at = text.find("\"kind\"").unwrap();
        let found: Vec<_> = values(text.as_bytes(), &(at..at + 16)).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, ["VALUE1"]);
    }

    #[test]
    fn what_is_no_object_has_none() {
        for text in [
            "kind: Secret",
            "a: kind: Secret\n",
            "            kind: Secret\n            data:\n              a: no\n",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn base64_of_text_is_that_text() {
        assert_eq!(plain(b"c29tZQo="), Some(b"some".to_vec()));
        assert_eq!(plain(b"hunter2horse"), None);
        assert_eq!(plain(b"no base64"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_values_within_it(text in "([ -]{0,3}(kind: Secret|data:|a: b|---|\"|#)?\n){0,12}", at in 0usize..200) {
            let at = at.min(text.len());
            for value in values(text.as_bytes(), &(at..text.len().min(at + 12))) {
                proptest::prop_assert!(value.end <= text.len() && !value.is_empty());
            }
        }
    }
}
