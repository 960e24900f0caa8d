//! What the tool prints: whatever names and contents are, every format can be read by its own parser, and
//! no piece of a secret is in it.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use tokensieve::report::Format;

use super::made::{few, scan, text};
use super::util::{Run, Scratch, token};

/// Bytes of a piece of a secret that nothing may show.
const PIECE: usize = 8;

/// Names that a file system takes, and nobody wants.
fn name() -> impl Strategy<Value = Vec<u8>> {
    let nasty =
        ["\n", "\t", "\x1b[31m", "\u{202e}", "\u{fffe}", "\"", "'", "<b>", "]]>", "&amp;", "=1", "|", ","];
    let nasty = prop::sample::select(nasty.to_vec()).prop_map(|s| s.as_bytes().to_vec());
    let piece = prop_oneof![
        nasty,
        prop::collection::vec(1..=255_u8, 0..6),
        "[a-z]{1,9}".prop_map(String::into_bytes)
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| {
        let name: Vec<u8> = pieces.concat().into_iter().filter(|b| *b != b'/').collect();
        [b"n", &name[..]].concat()
    })
}

/// A repository in which secrets stand in files, their names, messages, and the names of people and refs.
fn repository(name: &[u8], text: &[u8], seed: u64) -> Scratch {
    let scratch = Scratch::repository();
    let secret = token(seed);
    fs::write(scratch.root().join(OsStr::from_bytes(name)), text).unwrap();
    scratch.write(&format!("{secret}.txt"), [text, secret.as_bytes()].concat());
    scratch.write(&format!("{}/{}.txt", &secret[..20], &secret[20..]), "halves");
    scratch.git(&["-c", "core.autocrlf=false", "add", "-A"]);
    let author = format!("--author={secret} <{}@corp-net.io>", token(seed + 1));
    scratch.git(&["commit", "-q", "-m", &format!("Use {secret}\n\nor {}", token(seed + 2)), &author]);
    scratch.git(&["branch", &format!("topic/{secret}")]);
    scratch.git(&["tag", "-a", "-m", &format!("with {secret}"), "v1"]);
    scratch
}

/// Every piece with a digit of every value that the tool found. One that reads like words may stand: see
/// `mask`.
fn pieces(findings: &[Value]) -> HashSet<Vec<u8>> {
    let secrets = findings.iter().filter_map(|f| f["secret"].as_str());
    // What is no longer than the ends that are shown of it is not cut to pieces.
    let secrets = secrets.filter(|s| s.len() >= 12);
    let pieces = secrets.flat_map(|s| s.as_bytes().windows(PIECE).map(<[u8]>::to_vec).collect::<Vec<_>>());
    pieces.filter(|piece| piece.iter().any(u8::is_ascii_digit)).collect()
}

fn parse(format: Format, run: &Run) {
    let json = |text: &str| serde_json::from_str::<Value>(text).map(drop).map_err(|e| e.to_string());
    let read = match format {
        Format::Json
        | Format::Sarif
        | Format::GitlabCodequality
        | Format::GitlabSecrets
        | Format::Gitleaks => json(&run.stdout),
        Format::Jsonl => run.stdout.lines().try_for_each(json),
        Format::Csv => csv::Reader::from_reader(run.stdout.as_bytes())
            .records()
            .try_for_each(|row| row.map(drop).map_err(|e| e.to_string())),
        Format::Junit => xml(&run.stdout),
        Format::Html => html(&run.stdout),
        _ => Ok(()),
    };
    assert_eq!(read, Ok(()), "{format}: {}", run.stdout);
}

fn xml(text: &str) -> Result<(), String> {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event().map_err(|e| e.to_string())? {
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                for attribute in tag.attributes() {
                    attribute.map_err(|e| e.to_string())?.unescape_value().map_err(|e| e.to_string())?;
                }
            }
            quick_xml::events::Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Elements are closed in the order in which they were opened, and nothing runs but the page's own script.
fn html(text: &str) -> Result<(), String> {
    const VOID: [&str; 5] = ["!DOCTYPE", "meta", "br", "input", "link"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some((_, tag)) = rest.split_once('<') {
        let name = tag.split(['>', ' ', '\n']).next().unwrap_or_default();
        rest = tag;
        if let Some(closed) = name.strip_prefix('/') {
            let last = open.pop();
            if last != Some(closed) {
                return Err(format!("{closed} closes {last:?}"));
            }
        } else if matches!(name, "script" | "style") {
            let Some((_, behind)) = tag.split_once(&format!("</{name}>")) else {
                return Err(name.to_owned());
            };
            rest = behind;
        } else if !VOID.contains(&name) && !tag.split('>').next().is_some_and(|tag| tag.ends_with('/')) {
            open.push(name);
        }
    }
    let scripts = text.matches("<script").count();
    if open.is_empty() && scripts <= 1 { Ok(()) } else { Err(format!("{open:?} left, {scripts} scripts")) }
}

#[test]
fn every_format_can_be_read_and_shows_no_piece_of_a_secret() {
    let mut runner = TestRunner::deterministic();
    for seed in 0..few() as u64 {
        let name = name().new_tree(&mut runner).unwrap().current();
        let text = text().new_tree(&mut runner).unwrap().current();
        let scratch = repository(&name, &text, 10 * seed);
        for source in ["dir", "git"] {
            let low = [source, "--confidence", "low"];
            let (findings, ..) = scratch.json(&[&low[..], &["--show-secrets"]].concat());
            let pieces = pieces(&findings);
            assert!(!pieces.is_empty(), "{source}: {seed}");
            for format in Format::all() {
                let run = scratch.run(&[&low[..], &["-v", "-f", format.name()]].concat());
                assert!(matches!(run.code, 1 | 2), "{format}: {}", run.stderr);
                parse(format, &run);
                for out in [&run.stdout, &run.stderr] {
                    let piece = out.as_bytes().windows(PIECE).position(|piece| pieces.contains(piece));
                    assert_eq!(piece, None, "seed {seed}, {source} {format} shows a piece: {out}");
                }
            }
        }
    }
}

#[test]
fn the_parsers_tell_good_from_bad() {
    assert!(html("<p>a <b>b</b></p>").is_ok());
    assert!(html("<p>a <b>b</p>").is_err() && html("<p>").is_err());
    assert!(xml("<a><b/></a>").is_ok() && xml("<a></b>").is_err());
    assert!(scan(token(1).as_bytes()).len() == 1);
}
