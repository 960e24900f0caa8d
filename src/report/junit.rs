//! `junit`: JUnit XML, for CI servers. Each finding is a failed test case; one more case says whether
//! everything was read.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::clean::Cleaner;
use super::ledger::Summary;
use super::record::{Record, severity_name};
use super::text::location;
use super::{Report, Reporter};

/// Writes XML.
#[derive(Debug)]
pub(super) struct Junit;

impl Reporter for Junit {
    fn write(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let cleaner = Cleaner::new(report);
        let summary = Summary::new(report);
        let mut xml = Writer::new_with_indent(out, b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let totals = totals(&summary);
        // What Jenkins validates against knows no number of skipped cases here.
        let of_all: Vec<_> = totals.iter().filter(|(name, _)| *name != "skipped").cloned().collect();
        xml.write_event(start("testsuites", &of_all))?;
        xml.write_event(start("testsuite", &totals))?;
        for finding in report.findings {
            failed(&Record::new(finding, cleaner), &mut xml)?;
        }
        coverage(&summary, &mut xml)?;
        xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
        xml.write_event(Event::End(BytesEnd::new("testsuites")))?;
        xml.into_inner().write_all(b"\n")
    }
}

type Xml<'a> = Writer<&'a mut dyn Write>;

fn start(name: &'static str, attributes: &[(&'static str, String)]) -> Event<'static> {
    let attributes = attributes.iter().map(|(key, value)| (*key, value.as_str()));
    Event::Start(BytesStart::new(name).with_attributes(attributes))
}

fn totals(summary: &Summary) -> [(&'static str, String); 6] {
    [
        ("name", "tokensieve".to_owned()),
        ("tests", (summary.total() + 1).to_string()),
        ("failures", summary.total().to_string()),
        ("errors", u64::from(!summary.complete).to_string()),
        ("skipped", "0".to_owned()),
        ("time", format!("{:.3}", summary.elapsed_seconds)),
    ]
}

fn failed(record: &Record, xml: &mut Xml<'_>) -> io::Result<()> {
    let place = location(&record.place);
    let rule = record.rule.visible();
    let name = format!("{rule} at {place}");
    let case = [("classname", format!("tokensieve.{rule}")), ("name", name), ("time", "0.000".to_owned())];
    let mut lines = vec![format!("{place}: {}", record.title())];
    if !record.place.excerpt.is_empty() {
        lines.push(record.place.excerpt.trimmed().visible());
    }
    lines.extend(record.advice());
    xml.write_event(start("testcase", &case))?;
    problem("failure", severity_name(record.severity), &record.title(), &lines, xml)?;
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn coverage(summary: &Summary, xml: &mut Xml<'_>) -> io::Result<()> {
    let name = "everything was read".to_owned();
    let case = [("classname", "tokensieve".to_owned()), ("name", name), ("time", "0.000".to_owned())];
    xml.write_event(start("testcase", &case))?;
    if !summary.complete {
        problem("error", "incomplete", "Not everything was read", &summary.gaps(), xml)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn problem(
    tag: &'static str,
    kind: &str,
    message: &str,
    lines: &[String],
    xml: &mut Xml<'_>,
) -> io::Result<()> {
    xml.write_event(start(tag, &[("type", kind.to_owned()), ("message", message.to_owned())]))?;
    xml.write_event(Event::Text(BytesText::new(&lines.join("\n"))))?;
    xml.write_event(Event::End(BytesEnd::new(tag)))
}
