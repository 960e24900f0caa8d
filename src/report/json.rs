//! `json`: one document with all findings and the summary; and how all JSON formats are written.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

use super::clean::{Cleaner, is_invisible};
use super::ledger::Summary;
use super::record::Record;
use super::{Report, Reporter, SCHEMA};

/// Writes one document.
#[derive(Debug)]
pub(super) struct Json;

impl Reporter for Json {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(report);
        write!(out, "{{\"schema\": {SCHEMA}, \"tool\": ")?;
        write_value(out, &Tool::this())?;
        out.write_all(b", \"findings\": ")?;
        write_array(out, report.listed().map(|finding| Record::new(finding, cleaner)))?;
        out.write_all(b", \"summary\": ")?;
        write_value(out, &Summary::new(report))?;
        out.write_all(b"}\n")
    }
}

/// Name and version of the program that made a report.
#[derive(Debug, Serialize)]
pub(super) struct Tool {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

impl Tool {
    /// This program.
    pub(super) fn this() -> Self {
        Self { name: "tokensieve", version: env!("CARGO_PKG_VERSION") }
    }
}

/// Writes an array, one element a line and one at a time.
pub(super) fn write_array<T: Serialize>(
    out: &mut dyn Write,
    values: impl Iterator<Item = T>,
) -> io::Result<()> {
    out.write_all(b"[")?;
    for (i, value) in values.enumerate() {
        out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
        write_value(out, &value)?;
    }
    out.write_all(b"]")
}

/// Writes one value on one line, with every character escaped that a terminal would act on.
pub(super) fn write_value(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Visible)).map_err(io::Error::from)
}

/// The compact form, with invisible characters as `\uXXXX`.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some(at) = rest.find(is_invisible) {
            let (before, from) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            let mut chars = from.chars();
            for unit in chars.next().into_iter().flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec()) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = chars.as_str();
        }
        CompactFormatter.write_string_fragment(out, rest)
    }
}
