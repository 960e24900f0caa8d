//! Turns `rules/*.toml` into a static table, so that a start reads and parses nothing.
//!
//! A rule file with an error stops the build with the file and the place in it.

#![allow(missing_docs, dead_code, unreachable_pub, reason = "includes files that serve the library too")]
#![allow(clippy::use_debug, reason = "the debug form of strings and lists is Rust code")]

#[path = "src/rule/schema.rs"]
mod schema;
#[path = "src/rule/shape.rs"]
mod shape;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, error::Error, fs};

use schema::{RawRule, RuleFile, Sample};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rule/schema.rs");
    println!("cargo::rerun-if-changed=src/rule/shape.rs");
    let mut table = String::from("&[\n");
    for path in rule_files()? {
        let text = fs::read_to_string(&path)?;
        let at = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
        let file: RuleFile = toml::from_str(&text).map_err(|e| at(&e))?;
        for rule in &file.rules {
            let code = rule_code(&file.provider, rule).map_err(|e| at(&format!("rule {}: {e}", rule.id)))?;
            table.push_str(&code);
        }
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR")?).join("rules.rs");
    fs::write(out, table)?;
    Ok(())
}

/// The rule files in order of their names, so that the table does not depend on the file system.
fn rule_files() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(Path::new("rules"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// One rule as a Rust expression of type `Rule`.
fn rule_code(provider: &str, r: &RawRule) -> Result<String, String> {
    let hir = shape::parse(&r.pattern)?;
    let left = shape::byte_set(&r.left).map_err(|e| format!("left: {e}"))?;
    let right = shape::byte_set(&r.right).map_err(|e| format!("right: {e}"))?;
    let max_len = shape::max_len(&hir, r.max_len)?;
    let lead = shape::lead(&hir, &r.anchors, r.ignore_case);
    let group = shape::has_secret_group(&hir);
    let context = r.context.as_ref().map(|c| {
        Code(format!("Context {{ words: &{:?}, within: {}, required: {} }}", c.words, c.within, c.required))
    });
    let with =
        r.with.as_ref().map(|w| Code(format!("Partner {{ rules: &{:?}, within: {} }}", w.rule, w.within)));
    let mut code = String::new();
    let result = writeln!(
        code,
        "Rule {{ id: {:?}, provider: {provider:?}, description: {:?}, severity: Severity::{:?}, \
         confidence: Confidence::{:?}, anchors: &{:?}, ignore_case: {:?}, scope: Scope::{:?}, names: &{:?}, \
         pattern: {:?}, left: {left:?}, right: {right:?}, min_len: {}, max_len: {max_len}, is_one_run: {}, lead: {lead:?}, head: &{:?}, \
         has_secret_group: {group}, checksum: {:?}, context: {context:?}, with: {with:?}, part_only: {:?}, files: &{:?}, \
         entropy: {:?}, charset: &[{}], placeholders: &{:?}, exclude: &{:?}, overrides: &{:?}, \
         references: &{:?}, revoke: {:?}, remediation: {:?}, samples: &[{}], counter_samples: &[{}] }},",
        r.id,
        r.description,
        r.severity,
        r.confidence,
        r.anchors,
        r.ignore_case,
        r.scope,
        r.names,
        r.pattern,
        shape::min_len(&hir),
        shape::is_one_run(&hir),
        shape::head(&hir),
        r.checksum,
        r.part_only,
        r.files,
        r.entropy,
        r.charset.iter().map(|c| format!("CharKind::{c:?}")).collect::<Vec<_>>().join(", "),
        r.placeholders,
        r.exclude,
        r.overrides,
        r.references,
        r.revoke,
        r.remediation,
        samples(&r.samples),
        samples(&r.counter_samples),
    );
    result.map_err(|e| e.to_string())?;
    Ok(code)
}

fn samples(list: &[Sample]) -> String {
    let one = |s: &Sample| match s {
        Sample::Text(text) => format!("SampleText {{ path: \"\", text: {text:?} }}"),
        Sample::File(f) => format!("SampleText {{ path: {:?}, text: {:?} }}", f.path, f.text),
    };
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A piece of code that `{:?}` prints as it is, so that `Option<Code>` prints as `Some(code)`.
struct Code(String);

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
