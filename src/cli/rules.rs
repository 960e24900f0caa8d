//! `tokensieve rules`: lists, explains and checks rules.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use comfy_table::{ContentArrangement, Table, presets};
use tokensieve::outcome::Outcome;
use tokensieve::report::Format;
use tokensieve::rule::{Rule, check};

use super::args::RulesCommand;
use super::output;

/// Carries a `rules` command out.
///
/// # Errors
/// An unknown rule, a file that cannot be read, output that cannot be written.
pub(crate) fn run(command: RulesCommand, format: Format, all: &[&'static Rule]) -> anyhow::Result<Outcome> {
    match command {
        RulesCommand::List if is_json(format) => print_json(&all.iter().map(|r| json(r)).collect::<Vec<_>>()),
        RulesCommand::List => output::print(table(all).as_bytes()),
        RulesCommand::Show { id } => {
            let Some(rule) = all.iter().find(|r| r.id == id) else {
                bail!("there is no rule {id:?}; `tokensieve rules list` names them");
            };
            if is_json(format) { print_json(&json(rule)) } else { output::print(explain(rule).as_bytes()) }
        }
        RulesCommand::Check { files } => check_files(&files),
    }
}

fn is_json(format: Format) -> bool {
    matches!(format, Format::Json | Format::Jsonl)
}

fn print_json(value: &impl serde::Serialize) -> anyhow::Result<Outcome> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    output::print(&text)
}

fn json(r: &Rule) -> serde_json::Value {
    serde_json::json!({
        "id": r.id,
        "provider": r.provider,
        "description": r.description,
        "severity": r.severity,
        "confidence": r.confidence,
        "anchors": r.anchors,
        "names": r.names,
        "pattern": r.pattern,
        "checksum": r.checksum,
        "files": r.files,
        "part_only": r.part_only,
        "overrides": r.overrides,
        "references": r.references,
        "revoke": r.revoke,
        "remediation": r.remediation,
    })
}

fn table(rules: &[&'static Rule]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["RULE", "SEVERITY", "CONFIDENCE", "PROVIDER", "WHAT"]);
    for r in rules {
        table.add_row([r.id, r.severity.as_str(), r.confidence.as_str(), r.provider, r.description]);
    }
    format!("{}\n\n{} rules\n", table.trim_fmt(), rules.len())
}

fn explain(r: &Rule) -> String {
    let mut text = format!("{}\n{} ({})\n\n", r.id, r.description, r.provider);
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name:<12}{value}");
        }
    };
    line("severity", r.severity.as_str());
    line("confidence", r.confidence.as_str());
    line("anchors", &r.anchors.join("  "));
    line("names", &r.names.join("  "));
    line("pattern", r.pattern);
    line("files", &r.files.join("  "));
    line("checksum", r.checksum.unwrap_or(""));
    if let Some(context) = &r.context {
        line("context", &format!("{} within {} bytes", context.words.join(", "), context.within));
    }
    if let Some(with) = &r.with {
        line("together with", &format!("{} within {} bytes", with.rules.join(", "), with.within));
    }
    line("part only", if r.part_only { "no finding by itself" } else { "" });
    line("overrides", &r.overrides.join("  "));
    line("what to do", r.remediation.unwrap_or(""));
    line("revoke", r.revoke.unwrap_or(""));
    for reference in r.references {
        line("reference", reference);
    }
    text
}

/// Checks rule files; prints what is wrong to standard output, one line each.
fn check_files(files: &[PathBuf]) -> anyhow::Result<Outcome> {
    let mut lines = String::new();
    let mut problems = 0;
    for file in files {
        let name = file.display().to_string();
        let text = crate::cli::text::read(file).with_context(|| format!("rule file {name}"))?;
        let found = check::check(&name, &text);
        problems += found.len();
        found.iter().for_each(|p| {
            let _ = writeln!(lines, "{p}");
        });
        if found.is_empty() {
            let _ = writeln!(lines, "{name}: ok");
        }
    }
    output::print(lines.as_bytes())?;
    Ok(if problems == 0 { Outcome::Clean } else { Outcome::Incomplete })
}
