//! How a run ends when somebody wants it to, or when what it writes cannot be written.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::guard::run;
use super::links::fifo;
use super::util::{Scratch, token, tool};

/// A run ends so soon after a signal; a little more for a machine that does other things beside.
const SOON: Duration = Duration::from_millis(1000);

fn start(scratch: &Scratch, args: &[&str], stdin: Stdio) -> Child {
    let mut command = Command::new(tool());
    command.args(args).current_dir(scratch.root()).env_clear().env("HOME", scratch.home());
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
}

/// Sends the signal after a while; what the run gave, and how long after the signal it ended.
fn interrupted(child: Child, name: &str, after: Duration) -> (Output, Duration) {
    sleep(after);
    signal(&child, name);
    let sent = Instant::now();
    let output = child.wait_with_output().unwrap();
    (output, sent.elapsed())
}

const SIGNALS: [(&str, i32); 2] = [("INT", 130), ("TERM", 143)];

#[test]
fn a_signal_ends_the_wait_for_standard_input() {
    for (name, code) in SIGNALS {
        let scratch = Scratch::new();
        let child = start(&scratch, &["stdin", "--format", "jsonl"], Stdio::piped());
        let (output, time) = interrupted(child, name, Duration::from_millis(400));
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(time < SOON, "{time:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let summary: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        assert_eq!(summary["complete"], false);
    }
}

/// Text that takes many times longer to scan than to write: encodings of which each must be looked into.
fn slow(lines: usize) -> String {
    let (hex, digits) = ("41".repeat(20), "QUFB".repeat(8));
    format!("\\u0041%41{digits} {hex}\n").repeat(lines)
}

#[test]
fn a_signal_ends_a_scan_with_what_was_found() {
    let scratch = Scratch::repository();
    scratch.write("a/token.txt", token(1)).write("b/slow.txt", slow(900_000));
    for (name, code) in SIGNALS {
        let child = start(&scratch, &["--format", "jsonl", "--threads", "2"], Stdio::null());
        let (output, time) = interrupted(child, name, Duration::from_millis(800));
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(time < SOON, "{time:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.last().unwrap()["complete"], false);
        assert_eq!(lines.len(), 2, "what was found before is told: {text}");
    }
}

#[test]
fn a_signal_ends_the_scan_of_a_history_with_what_was_found() {
    let scratch = Scratch::repository();
    for i in 0..4 {
        scratch.write(&format!("{i}.txt"), format!("{i}{}", slow(400_000)));
    }
    // Messages are read before files, so a worker has this one while it is busy with those.
    scratch.commit(&format!("slow, {}", token(1)));
    for (name, code) in SIGNALS {
        let child = start(&scratch, &["git", "--format", "jsonl"], Stdio::null());
        let (output, time) = interrupted(child, name, Duration::from_millis(1500));
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(time < SOON, "{time:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.last().unwrap()["complete"], false);
        assert_eq!(lines.len(), 2, "what was found before is told: {text}");
        assert_eq!(lines[0]["surface"], "commit-message");
    }
}

#[test]
fn a_second_signal_and_one_while_the_report_is_not_taken_end_at_once() {
    let scratch = Scratch::repository();
    let tokens: String = (0..2500).map(|seed| token(seed) + "\n").collect();
    scratch.write("many", tokens);
    // More than a pipe holds, and nobody reads.
    let mut child = start(&scratch, &["--format", "jsonl"], Stdio::null());
    let mut first = [0];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    sleep(Duration::from_millis(100));
    signal(&child, "TERM");
    let sent = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(sent.elapsed() < SOON, "it goes on");
        sleep(Duration::from_millis(10));
    };
    assert_eq!(status.code(), Some(143));
}

#[test]
fn a_reader_that_goes_away_is_no_news() {
    let scratch = Scratch::repository();
    let tokens: String = (0..2500).map(|seed| token(seed) + "\n").collect();
    scratch.write("many", tokens);
    for format in tokensieve::report::Format::all() {
        let mut child = start(&scratch, &["--quiet", "--format", format.name()], Stdio::null());
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), None, "{format}");
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{format}");
    }
}

#[test]
fn a_full_disk_is_an_error_in_every_format() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1));
    for format in tokensieve::report::Format::all() {
        let mut command = Command::new(tool());
        command.args(["--format", format.name()]).current_dir(scratch.root());
        command.stdout(File::options().write(true).open("/dev/full").unwrap());
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{format}: {stderr}");
        assert!(stderr.contains("standard output: No space left on device"), "{format}: {stderr}");
    }
    for args in [&["rules", "list"][..], &["completions", "bash"], &["man"], &["config", "show"]] {
        let mut command = Command::new(tool());
        command.args(args).current_dir(scratch.root());
        command.stdout(File::options().write(true).open("/dev/full").unwrap());
        assert_eq!(command.output().unwrap().status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_report_file_is_written_whole_or_not_at_all() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1));
    let full = run(&scratch, &["--output", "json=/dev/full"], None);
    assert_eq!(full.code, 2);
    assert!(String::from_utf8_lossy(&full.stderr).contains("report file /dev/full: No space left on device"));
    // The others are written all the same.
    let file = scratch.home().join("report.json");
    let json = format!("json={}", file.display());
    let ended = run(&scratch, &["--output", "json=/no/such/folder/x", "--output", &json], None);
    assert_eq!(ended.code, 2);
    assert!(String::from_utf8_lossy(&ended.stderr).contains("report file /no/such/folder/x"));
    let whole = fs::read_to_string(&file).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&whole).is_ok());
    // What is larger than may be written leaves the old report, and nothing beside it.
    let folder = scratch.home().join("reports");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("report.json");
    fs::write(&file, "the old report").unwrap();
    let script = format!("trap '' XFSZ; ulimit -f 1; exec {} --output json={} ", tool(), file.display());
    let output = scratch.scrub(Command::new("sh").args(["-c", &script]).current_dir(scratch.root()));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("report file"), "{stderr}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "the old report");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[test]
fn a_report_into_a_pipe_that_nobody_reads_ends_with_a_signal() {
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1));
    fifo(&scratch, "../home/pipe");
    let pipe = format!("json={}", scratch.home().join("pipe").display());
    let child = start(&scratch, &["--output", &pipe], Stdio::null());
    let (output, time) = interrupted(child, "TERM", Duration::from_millis(700));
    assert_eq!(output.status.code(), Some(143), "{output:?}");
    assert!(time < SOON, "{time:?}");
}
