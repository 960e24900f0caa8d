//! Names: what a value is called, for values that mean something only under a name.
//!
//! Takes the text and where a value begins; looks left from there for an assignment in one of the usual
//! forms and gives the name. Cost is bounded: at most [`REACH`] bytes are looked at.
//!
//! | form | example |
//! | --- | --- |
//! | comparison | `name == "value"`, `name.equals("value")` |
//! | statement | `name "value"` on a line of its own |
//! | assignment | `name = "value"`, `name := value`, `name: value`, `"name" => "value"`, `name: str = b"value"` |
//! | fallback | `env.NAME \|\| "value"`, `${NAME:-value}` |
//! | element, attributes | `<name>value</name>`, `<add key="name" value="value"/>`, `- name: NAME` over `value: value` |
//! | flag, header | `--name value`, `name: Bearer value` |
//! | argument | `set("name", "value")`, `setName("value")` |
//! | directive | `ENV NAME value`, `#define NAME "value"`, `NAME_TOKEN value` |
//! | query | `?name=value` |
//! | login | `machine host login user name value` |
//! | words | `the name of it: value` |
//! | words alone | `acme api key value`, where the last says that a secret follows; see [`Name::is_loose`] |
//! | conversion | `name = []byte("value")`, `name: Buffer.from('value', 'hex')` |
//! | next line | `name: >-`, `<name>` |

mod owner;
mod words;

use std::ops::Range;

use bstr::ByteSlice;

pub(super) use owner::owner_of;
pub(super) use words::is_announcing;
use words::{BLOCKS, is_conversion, is_declaring, is_directive, is_listing, is_operator, is_query, is_type};

/// How far left of the value its name may begin, in bytes.
const REACH: usize = 96;

/// Most words of a name that are joined.
const WORDS: usize = 4;

/// What a value is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// The bytes as written: letters, digits, `_`, `-`, `.`, `*`, and blanks where a name is of several words.
    pub at: Range<usize>,
    /// Nothing but blanks join name and value: any sentence looks so, and only an issuer's name in it tells
    /// that it is none.
    pub is_loose: bool,
}

/// The name that the value beginning at `at` is assigned to; `None` where there is no assignment.
pub(super) fn name_of(text: &[u8], at: usize) -> Option<Name> {
    let floor = at.saturating_sub(REACH);
    let left = &text[floor..at];
    let end = skip_prefix(left, skip_back(left, left.len(), is_wrapping));
    let end = skip_line(left, skip_conversions(left, end))?;
    let before_scheme = skip_scheme(left, end);
    let (name, is_loose) = match operator(left, before_scheme).or_else(|| comparison(left, before_scheme)) {
        Some(operator) => (assigned(left, operator)?, false),
        None => unassigned(left, end)?,
    };
    Some(Name { at: floor + name.start..floor + name.end, is_loose })
}

/// Whether the value that begins at `at` is the first of a list: `["value"`, `[]string{"value"`.
pub(super) fn is_in_list(text: &[u8], at: usize) -> bool {
    let left = &text[at.saturating_sub(REACH)..at];
    let open = skip_back(left, left.len(), |b| b.is_ascii_whitespace() || b"\"'`\\".contains(&b));
    left[..open].last().is_some_and(|b| matches!(b, b'[' | b'{'))
}

/// Whether nothing but what parts the values of a list stands between two of them.
pub(super) fn is_between_values(text: &[u8]) -> bool {
    let parts = |b: &u8| b.is_ascii_whitespace() || b"\"'`\\,".contains(b);
    text.len() <= REACH && text.iter().filter(|b| **b == b',').count() == 1 && text.iter().all(parts)
}

/// The name left of an operator.
fn assigned(left: &[u8], operator: usize) -> Option<Range<usize>> {
    let name = skip_types(left, word(left, operator)?)?;
    let is_flag = left[name.clone()].starts_with(b"--");
    let is_closed = left[name.end..operator].iter().any(|b| matches!(b, b')' | b']'));
    if left[operator] == b',' && (is_closed || !is_flag && !is_first_argument(left, &name)) {
        return None;
    }
    let is_pair = matches!(&left[name.clone()], b"value" | b"Value" | b"default" | b"defaultValue");
    if is_pair && let Some(other) = other_attribute(left, name.start) {
        return Some(other);
    }
    Some(join_words(left, name))
}

/// Whether a name is the first thing in its brackets: others in a list name nothing.
fn is_first_argument(left: &[u8], name: &Range<usize>) -> bool {
    let open =
        skip_back(left, name.start, |b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'\\' | b'@'));
    match left[..open].last() {
        // A variable that a function is given names nothing, but for a constant that holds the name.
        Some(b'(') => {
            let is_text = ends_in_quote(&left[..name.start]);
            let call = skip_back(left, open - 1, is_name_byte)..open - 1;
            (is_text || !left[name.clone()].iter().any(u8::is_ascii_lowercase)) && !is_listing(&left[call])
        }
        // `[]string{"name", ...}` and `new[] {"name", ...}` are lists, `{"name", "value"}` a pair.
        Some(b'{') => {
            !left[..open - 1].trim_ascii_end().last().is_some_and(|b| is_name_byte(*b) || *b == b']')
        }
        // One of several pairs, or an argument of a command. Other lists hold names.
        Some(b'[') => {
            left[name.clone()].starts_with(b"--") || left[..open - 1].trim_ascii_end().ends_with(b"[")
        }
        // `set(:service, :name, "value")`: a symbol names what follows it.
        Some(b':') => left[..open - 1].last().is_some_and(|b| matches!(b, b' ' | b'(')),
        _ => is_gradle_field(&left[..open]),
    }
}

/// Whether a Gradle field stands before its name: `buildConfigField "String",` or `resValue 'string',`.
fn is_gradle_field(left: &[u8]) -> bool {
    let Some(type_end) = left.strip_suffix(b",") else { return false };
    let line = type_end.rfind_byte(b'\n').map_or(type_end, |at| &type_end[at + 1..]).trim_ascii_start();
    let start = line.strip_prefix(b"buildConfigField").or_else(|| line.strip_prefix(b"resValue"));
    start.is_some_and(|kind| !kind.contains(&b','))
}

/// The word that ends before `end`, with nothing but wrapping between.
fn word(left: &[u8], end: usize) -> Option<Range<usize>> {
    let end = skip_back(left, end, |b| is_wrapping(b) || b == b'*');
    let start = skip_back(left, end, is_name_byte);
    (start < end).then_some(start..end)
}

/// The name in a call, behind a directive, of a flag, in capitals, or loose, where no operator stands.
fn unassigned(left: &[u8], end: usize) -> Option<(Range<usize>, bool)> {
    let name = word(left, end)?;
    // A call: `name("value")`. Without the quote it could be any call.
    let is_call =
        left[end.min(name.end)..].windows(2).any(|w| w[0] == b'(' && matches!(w[1], b'"' | b'\'' | b'`'));
    let text = &left[name.clone()];
    let is_constant = !text.iter().any(u8::is_ascii_lowercase) && text.contains(&b'_');
    let is_directed = || {
        let end = skip_back(left, name.start, |b| b == b' ' || b == b'\t');
        let word = &left[skip_back(left, end, is_name_byte)..end];
        is_directive(word) && (!is_query(word) || ends_in_quote(left))
    };
    let is_named = is_call
        || text.starts_with(b"--")
        || is_constant
        || is_statement(left, &name)
        || text == b"password" && is_login(&left[..name.start]);
    if is_named || is_directed() {
        return Some((name, false));
    }
    let is_apart = left[name.end..].iter().all(|b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`'));
    (is_apart && is_announcing(text)).then(|| (join_words(left, name), true))
}

/// Whether a byte belongs to operators. A flag's dashes and a name's dots are such, too.
fn is_operator_byte(b: u8) -> bool {
    matches!(b, b'=' | b':' | b'>' | b',' | b'?' | b'|' | b'+' | b'<' | b'-' | b'.')
}

/// Start of the operator that ends at `end`.
fn operator(left: &[u8], end: usize) -> Option<usize> {
    let start = skip_back(left, end, is_operator_byte);
    // A flag's dashes and a name's dots are no operator.
    let found = (start..end).find(|&at| is_operator(&left[at..end]))?;
    (found == start || !b"=:>,?|+<".contains(&left[found - 1])).then_some(found)
}

/// Start of the sign that compares a name with a literal. Without quotes it would be another name.
fn comparison(left: &[u8], end: usize) -> Option<usize> {
    let start = skip_back(left, end, |b| matches!(b, b'=' | b'!'));
    let compares = matches!(&left[start..end], b"==" | b"===" | b"!=" | b"!==");
    (compares && ends_in_quote(left)).then_some(start)
}

fn ends_in_quote(left: &[u8]) -> bool {
    left.last().is_some_and(|b| matches!(b, b'"' | b'\'' | b'`'))
}

/// Whether a name is the first thing on its line and nothing but blanks and a quote follow it.
fn is_statement(left: &[u8], name: &Range<usize>) -> bool {
    let begins = left[..skip_back(left, name.start, |b| matches!(b, b' ' | b'\t'))].last();
    let between = &left[name.end..left.len() - 1];
    matches!(begins, None | Some(b'\n'))
        && ends_in_quote(left)
        && !between.is_empty()
        && between.iter().all(|b| matches!(b, b' ' | b'\t'))
}

/// Whether what stands left of a name is the login of a `.netrc`, which any text may hold: `login ann`.
fn is_login(left: &[u8]) -> bool {
    let left = left.trim_ascii_end();
    let user = skip_back(left, left.len(), |b| !b.is_ascii_whitespace());
    left[..user].trim_ascii_end().ends_with(b"login") && user < left.len()
}

/// Steps back over a line break, where what stands before it says that the value follows.
fn skip_line(left: &[u8], end: usize) -> Option<usize> {
    let Some(line) = left[..end].strip_suffix(b"\n") else { return Some(end) };
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let start = skip_back(line, line.len(), |b| b"|>-".contains(&b));
    let is_block = BLOCKS.contains(&&line[start..]) && line[..start].ends_with(b": ");
    if is_block {
        return Some(start - 1);
    }
    matches!(line.last(), Some(b'>' | b'=' | b'(')).then_some(line.len())
}

/// Steps back over a letter that says what kind of literal it is: `b"..."`, `@"..."`.
fn skip_prefix(left: &[u8], end: usize) -> usize {
    let is_quoted = left.get(end).is_some_and(|b| matches!(b, b'"' | b'\''));
    if !is_quoted {
        return end;
    }
    let start = skip_back(left, end, |b| b"bfurLBFUR@$".contains(&b));
    let alone = start > 0 && !is_name_byte(left[start - 1]);
    if alone && end - start <= 2 { skip_back(left, start, is_wrapping) } else { end }
}

/// Steps back over what a literal is turned into: `name = []byte("VALUE")`, `name: Buffer.from('VALUE', 'hex')`.
fn skip_conversions(left: &[u8], end: usize) -> usize {
    let mut end = end;
    while left.get(end) == Some(&b'(')
        && let Some(call) =
            word(left, end).filter(|call| call.end == end && is_conversion(&left[call.clone()]))
    {
        // `Key::fromString(`
        let path = left[..call.start].strip_suffix(b"::");
        let start = path.map_or(call.start, |path| skip_back(path, path.len(), is_name_byte));
        end = skip_back(left, start, is_wrapping);
    }
    end
}

/// Steps back over an authentication scheme: `Authorization: Bearer VALUE`.
fn skip_scheme(left: &[u8], end: usize) -> usize {
    if !left[..end].last().is_some_and(|b| b"rcnRCN".contains(b)) {
        return end;
    }
    for scheme in [&b"bearer"[..], b"basic", b"token"] {
        if let Some(start) = end.checked_sub(scheme.len())
            && end < left.len()
            && left[start..end].eq_ignore_ascii_case(scheme)
            && left[..start].last().is_some_and(|&b| matches!(b, b' ' | b'"' | b'\'' | b':' | b'`'))
        {
            return skip_back(left, start, is_wrapping);
        }
    }
    end
}

/// The name in front of its type: `name: str`, `name string`, `name: &'static str`.
fn skip_types(left: &[u8], name: Range<usize>) -> Option<Range<usize>> {
    let mut name = name;
    while is_type(&left[name.clone()]) {
        let end = skip_back(left, name.start, |b| is_wrapping(b) || matches!(b, b':' | b'&'));
        if end == name.start {
            break;
        }
        name = word(left, end)?;
    }
    Some(name)
}

/// The name with the words before it on the same line, up to [`WORDS`].
fn join_words(left: &[u8], name: Range<usize>) -> Range<usize> {
    let mut start = name.start;
    for _ in 1..WORDS {
        let Some(end) = start.checked_sub(1).filter(|end| left[*end] == b' ') else { break };
        let word = skip_back(left, end, is_name_byte);
        if word == end || is_declaring(&left[word..end]) || is_type(&left[word..end]) {
            break;
        }
        start = word;
    }
    start..name.end
}

/// The value of `name`, `key` or `id` in front of `value`: `name="NAME" value=`, `name: NAME` and a line break.
fn other_attribute(left: &[u8], at: usize) -> Option<Range<usize>> {
    let end = skip_back(left, at, |b| b.is_ascii_whitespace() || b"\"',{-".contains(&b));
    let start = skip_back(left, end, is_name_byte);
    let before = skip_back(left, start, |b| is_wrapping(b) || matches!(b, b'=' | b':'));
    let attribute = &left[skip_back(left, before, |b| b.is_ascii_alphabetic())..before];
    let names: [&[u8]; 5] = [b"name", b"key", b"Key", b"id", b"variable"];
    (start < end && before < start && names.contains(&attribute)).then_some(start..end)
}

/// The name that `part` of a text belongs to.
pub(super) fn around(text: &[u8], part: Range<usize>) -> Range<usize> {
    let floor = part.start.saturating_sub(REACH);
    let start = floor + skip_back(&text[floor..part.start], part.start - floor, is_name_byte);
    let behind = text[part.end..].iter().take(REACH).take_while(|b| is_name_byte(**b)).count();
    start..part.end + behind
}

fn skip_back(left: &[u8], end: usize, skip: impl Fn(u8) -> bool) -> usize {
    left[..end].iter().rposition(|&b| !skip(b)).map_or(0, |i| i + 1)
}

/// What may stand between name, operator and value.
fn is_wrapping(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`' | b'(' | b')' | b'[' | b']' | b'\\')
}

/// Whether a byte belongs to names.
pub(super) fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<&str> {
        name_of(text.as_bytes(), text.find("VALUE")?).map(|name| &text[name.at])
    }

    #[test]
    fn the_usual_forms() {
        for text in [
            r#"api_key = "VALUE""#,
            r#""api_key": "VALUE""#,
            "api_key=VALUE",
            "export api_key=VALUE",
            "api_key: VALUE",
            "api_key := `VALUE`",
            r#"'api_key' => 'VALUE'"#,
            "<api_key>VALUE</api_key>",
            r#"set("api_key", "VALUE")"#,
            r#"client.api_key("VALUE")"#,
            "https://example.org/?a=b&api_key=VALUE",
            r#"config["api_key"] = "VALUE""#,
            r#"if api_key == "VALUE""#,
            "api_key !== 'VALUE'",
            "x\n  api_key 'VALUE'\n",
            r#"["--api_key", "VALUE"]"#,
            r#"[["api_key", "VALUE"]]"#,
            "set(:acme, :api_key, 'VALUE')",
            r#"{{"api_key", "VALUE"}}"#,
            r#"{\"api_key\":\"VALUE\"}"#,
            "api_key: Bearer VALUE",
            r#""api_key": "Basic VALUE""#,
            "ENV api_key VALUE",
            "#define api_key \"VALUE\"",
            "var api_key string = \"VALUE\"",
            "const api_key: &str = \"VALUE\"",
            "const api_key: &'static str = \"VALUE\"",
            "api_key: str = b\"VALUE\"",
            "NSString *api_key = @\"VALUE\"",
            "var api_key = []byte(\"VALUE\")",
            "{api_key: String(\"VALUE\")}",
            "api_key = bytes.fromhex(b'VALUE')",
            "api_key ?= VALUE",
            "api_key ||= 'VALUE'",
            "api_key <- 'VALUE'",
            "env.api_key || 'VALUE'",
            "env.api_key ?? 'VALUE'",
            "${api_key:-VALUE}",
            r#"<add key="api_key" value="VALUE"/>"#,
            r#"{"name": "api_key", "value": "VALUE"}"#,
            "- name: api_key\n  value: VALUE",
            "variable \"api_key\" {\n  default = \"VALUE\"",
            "<api_key>\n  VALUE\n</api_key>",
            "api_key: |\n  VALUE",
            "api_key: >-\n  VALUE",
            "  buildConfigField \"String\", \"api_key\", '\"VALUE\"'",
            "resValue('string', 'api_key', 'VALUE')",
            "$api_key = InMemory::base64Encoded('VALUE')",
        ] {
            assert!(name(text).is_some_and(|n| n.ends_with("api_key")), "{text}");
        }
        assert_eq!(name("tool --api_key VALUE"), Some("--api_key"));
        assert_eq!(name("ACME_TOKEN VALUE"), Some("ACME_TOKEN"));
        assert_eq!(name("props.put(PROP_KEY, 'VALUE')"), Some("PROP_KEY"));
        assert_eq!(name("  private static final String key = 'VALUE'"), Some("key"));
        assert_eq!(name("if user.key == 'VALUE'"), Some("user.key"));
        assert_eq!(name("machine h login ann password VALUE"), Some("password"));
        assert_eq!(name("my acme api key: VALUE"), Some("my acme api key"));
    }

    #[test]
    fn lists_begin_with_a_bracket_and_go_on_with_a_comma() {
        let in_list = |text: &str| is_in_list(text.as_bytes(), text.find("VALUE").unwrap());
        for text in ["keys = [\"VALUE", "keys := []string{`VALUE", "keys = [\n  'VALUE", "[\\\"VALUE"] {
            assert!(in_list(text), "{text}");
        }
        assert!(!in_list("key = \"VALUE") && !in_list("f(\"VALUE"));
        for (text, between) in
            [("\", \"", true), ("',\n  '", true), ("\", x, \"", false), ("\" \"", false), (",,", false)]
        {
            assert_eq!(is_between_values(text.as_bytes()), between, "{text}");
        }
    }

    #[test]
    fn words_alone_are_a_loose_name() {
        let loose = |text: &str| name_of(text.as_bytes(), text.find("VALUE")?).map(|name| name.is_loose);
        for text in
            ["acme api key VALUE", "my acmeTOKEN 'VALUE'", "my acme SECRET\tVALUE", "acme token VALUE"]
        {
            assert_eq!(loose(text), Some(true), "{text}");
        }
        for text in ["acme api key: VALUE", "ENV api_key VALUE", "--acme-token VALUE", "acmeToken 'VALUE'"] {
            assert_eq!(loose(text), Some(false), "{text}");
        }
        assert_eq!(name("see acme api key VALUE"), Some("see acme api key"));
        for text in
            ["acme VALUE", "the key is VALUE", "acme key, VALUE", "acme key\nVALUE", "acme key (VALUE"]
        {
            assert_eq!(loose(text), None, "{text}");
        }
    }

    #[test]
    fn no_assignment_no_name() {
        for text in [
            "VALUE",
            "the word VALUE",
            "f(VALUE)",
            "a\nVALUE",
            "x == = == VALUE",
            "= VALUE",
            "x == VALUE",
            "x:\nVALUE",
            "f(&[x], \"VALUE\")",
            "[\"api_key\", \"VALUE\"]",
            "keys := []string{\"api_key\", \"VALUE\"}",
            "returns(new[] { \"api_key\", \"VALUE\" })",
            "encode(api_key, \"VALUE\")",
            "fields = List.of(\"api_key\", \"VALUE\")",
            "$request->except('api_key', 'VALUE')",
            "buildConfig 'String', 'x', 'VALUE'",
            "resValue 'string', 'x', 'y', 'VALUE'",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
