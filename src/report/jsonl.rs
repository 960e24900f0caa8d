//! `jsonl`: one object per line, findings first, the summary last.

use std::io::{self, Write};

use serde::Serialize;

use super::clean::Cleaner;
use super::json::{Tool, write_value};
use super::ledger::Summary;
use super::record::Record;
use super::{Report, Reporter, SCHEMA};

/// Writes lines.
#[derive(Debug)]
pub(super) struct Jsonl;

/// The last line.
#[derive(Serialize)]
struct LastLine {
    #[serde(flatten)]
    summary: Summary,
    schema: u32,
    tool: Tool,
}

impl Reporter for Jsonl {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(report);
        for finding in report.listed() {
            write_value(out, &Record::new(finding, cleaner))?;
            out.write_all(b"\n")?;
        }
        let summary = Summary::new(report);
        write_value(out, &LastLine { summary, schema: SCHEMA, tool: Tool::this() })?;
        out.write_all(b"\n")
    }
}
