//! The same text from everywhere, and the same report with any number of threads.

use std::fs::File;
use std::process::Command;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;
use tokensieve::report::Format;

use super::made::{few, texts};
use super::util::{Run, Scratch, token, tool};

/// Rule, secret, line and column of findings, in order.
fn places(findings: &[Value]) -> Vec<String> {
    let place = |f: &Value| format!("{} {} {}:{}", f["rule"], f["secret"], f["line"], f["column"]);
    let mut places: Vec<String> = findings.iter().map(place).collect();
    places.sort();
    places
}

fn stdin(scratch: &Scratch, name: &str) -> Vec<Value> {
    let mut command = Command::new(tool());
    command
        .args(["stdin", "-f", "jsonl", "--confidence", "low"])
        .stdin(File::open(scratch.path(name)).unwrap());
    let run = Run::of(scratch.scrub(&mut command));
    let mut lines: Vec<Value> = run.stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    lines.pop();
    lines
}

#[test]
fn a_text_is_the_same_as_a_file_a_stream_a_staged_and_a_committed_blob() {
    for (number, text) in texts(few()).into_iter().enumerate() {
        let scratch = Scratch::repository();
        scratch.commit("empty");
        // A name that says nothing of the text, as for a stream.
        scratch.write("notes", &text);
        let low = ["--confidence", "low"];
        let scan = |args: &[&str]| places(&scratch.json(&[args, &low].concat()).0);
        let as_file = scan(&["dir"]);
        assert!(!as_file.is_empty(), "{number}");
        assert_eq!(places(&stdin(&scratch, "notes")), as_file, "{number}");
        scratch.git(&["-c", "core.autocrlf=false", "add", "notes"]);
        assert_eq!(scan(&["git", "--staged"]), as_file, "{number}");
        scratch.commit("text");
        assert_eq!(scan(&["git"]), as_file, "{number}");
        assert_eq!(scan(&["git", "--commits", "1"]), as_file, "{number}");
        assert_eq!(scan(&["git", "--range", "HEAD~1..HEAD"]), as_file, "{number}");
        scratch.git(&["gc", "-q"]);
        assert_eq!(scan(&["git"]), as_file, "{number} packed");
        scratch.git(&["reset", "-q", "--hard", "HEAD~1"]);
        scratch.git(&["reflog", "expire", "--expire=now", "--all"]);
        scratch.git(&["update-ref", "-d", "ORIG_HEAD"]);
        assert_eq!(scan(&["git", "--unreachable"]), as_file, "{number} unreachable");
    }
}

/// A report without what differs from run to run: how long it took, and when it was made.
fn timeless(report: &str) -> String {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        let patterns = [
            r#""elapsed_seconds":[0-9.e-]+"#,
            r#" time="[0-9.]+""#,
            r#""(start|end)_time":"[^"]*""#,
            r"(in|,) [0-9.]+ m?s\b",
        ];
        Regex::new(&patterns.join("|")).unwrap()
    });
    TIME.replace_all(report, "TIME").into_owned()
}

#[test]
fn one_thread_is_the_same_as_many_in_every_format() {
    let scratch = Scratch::repository();
    for (number, text) in texts(5).iter().cycle().take(40).enumerate() {
        scratch.write(&format!("d{}/f{number}", number % 5), text);
        if number % 8 == 7 {
            scratch.commit("more");
        }
    }
    // More files than are named in the ledger cannot be read in full.
    for number in 0..60 {
        scratch.write(&format!("large/{number}"), format!("{number}{}", "x ".repeat(5000)));
    }
    scratch.write("last", token(1)).commit("large");
    for source in ["dir", "git"] {
        for format in Format::all() {
            let told = |threads| {
                let format = format.to_string();
                let run =
                    scratch.run(&[source, "-f", &format, "-v", "-j", threads, "--max-file-size", "9000"]);
                assert_eq!(run.code, 2, "{source} {format}: {}", run.stderr);
                (timeless(&run.stdout), timeless(&run.stderr))
            };
            let one = told("1");
            assert!(one.0.len() > 100, "{source} {format}: {}", one.0);
            for threads in ["2", "7"] {
                let many = told(threads);
                for (one, many) in [(&one.0, &many.0), (&one.1, &many.1)] {
                    let difference = one.lines().zip(many.lines()).find(|(one, many)| one != many);
                    assert_eq!(difference, None, "{source} {format} -j {threads}");
                    assert_eq!(one.len(), many.len(), "{source} {format} -j {threads}");
                }
            }
        }
    }
}
