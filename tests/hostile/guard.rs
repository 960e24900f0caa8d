//! Runs the tool under guard: a limit on its time, and what must hold whatever it read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::util::{Scratch, bare, tool};

/// No run here needs a twentieth of this, but the machine may do other things beside. Whatever is still running
/// then hangs.
const LIMIT: Duration = Duration::from_secs(300);

/// What a run told.
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) findings: Vec<Value>,
    pub(crate) summary: Value,
    pub(crate) stderr: String,
    /// The most memory that the process held, in bytes, where the system tells.
    pub(crate) peak: u64,
}

/// A run whose output is no JSON Lines.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
    pub(crate) peak: u64,
}

impl Told {
    /// The failures, `what: why` each.
    pub(crate) fn failures(&self) -> Vec<String> {
        let text = |f: &Value, key: &str| f[key].as_str().unwrap().to_owned();
        let failures = self.summary["failures"].as_array().unwrap().iter();
        failures.map(|f| format!("{}: {}", text(f, "what"), text(f, "why"))).collect()
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.summary["complete"].as_bool().unwrap()
    }

    /// Exactly so many findings, and all of it read.
    #[track_caller]
    pub(crate) fn is_all_of(&self, findings: usize) -> &Self {
        assert_eq!(self.failures(), [""; 0]);
        assert!(self.is_complete(), "{}", self.summary);
        assert_eq!(self.findings.len(), findings, "{:#?}", self.findings);
        self
    }

    /// Exactly so many findings, and a failure that says this.
    #[track_caller]
    pub(crate) fn lacks(&self, findings: usize, why: &str) -> &Self {
        assert!(self.failures().iter().any(|f| f.contains(why)), "{:#?}", self.failures());
        assert_eq!((self.findings.len(), self.code), (findings, 2), "{:#?}", self.findings);
        self
    }
}

/// Runs the tool in the scratch folder and holds it to what must always hold.
#[track_caller]
pub(crate) fn scan(scratch: &Scratch, args: &[&str]) -> Told {
    let before = snapshot(&scratch.root());
    let told = scan_moving(scratch, args);
    assert_eq!(before, snapshot(&scratch.root()), "something was written");
    told
}

/// The same where others write into the folder meanwhile.
#[track_caller]
pub(crate) fn scan_moving(scratch: &Scratch, args: &[&str]) -> Told {
    let args: Vec<&str> = args.iter().copied().chain(["--format", "jsonl"]).collect();
    let ended = run(scratch, &args, None);
    let stdout = String::from_utf8(ended.stdout).unwrap();
    let stderr = String::from_utf8(ended.stderr).unwrap();
    let mut lines: Vec<Value> = stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let summary = lines.pop().unwrap_or_else(|| panic!("{args:?}: no summary: {stderr}"));
    let told = Told { code: ended.code, findings: lines, summary, stderr, peak: ended.peak };
    check(&told);
    told
}

/// What the exit code says is what the ledger says, and what is incomplete names a reason.
#[track_caller]
fn check(told: &Told) {
    let found = told.summary["findings"]["total"].as_u64().unwrap();
    let expected = match (told.is_complete(), found) {
        (false, _) => 2,
        (true, 0) => 0,
        (true, _) => 1,
    };
    assert_eq!(told.code, expected, "{}\n{}", told.summary, told.stderr);
    assert!(found >= told.findings.len() as u64);
    let gaps = told.summary["skipped"].as_array().unwrap().iter().filter(|s| s["gap"] == true).count();
    assert_eq!(told.is_complete(), told.failures().is_empty() && gaps == 0, "{}", told.summary);
}

/// Runs the tool, with this file as its standard input.
#[track_caller]
pub(crate) fn run(scratch: &Scratch, args: &[&str], input: Option<&Path>) -> Ended {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let file = |name: &str| scratch.home().join(format!("{name}-{number}"));
    let (out, err) = (file("stdout"), file("stderr"));
    let mut command = Command::new(tool());
    command.args(args).current_dir(scratch.root());
    bare(&mut command).env("HOME", scratch.home()).env("XDG_CONFIG_HOME", scratch.home().join(".config"));
    command.stdin(File::open(input.unwrap_or(Path::new("/dev/null"))).unwrap());
    command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
    let (status, peak) = wait(command.spawn().unwrap(), args);
    let ended = Ended { code: status.code().unwrap_or(-1), stdout: read(&out), stderr: read(&err), peak };
    let stderr = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(matches!(ended.code, 0..=2), "{args:?}: {status}: {stderr}");
    assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
    for text in [&ended.stdout, &ended.stderr] {
        assert!(!holds_controls(text), "{args:?} prints control characters: {stderr}");
    }
    ended
}

/// Waits for the end, which must come in time; gives the most memory that was seen meanwhile.
#[track_caller]
fn wait(mut child: Child, args: &[&str]) -> (ExitStatus, u64) {
    let started = Instant::now();
    let mut peak = 0;
    loop {
        peak = peak.max(memory(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            return (status, peak);
        }
        if started.elapsed() > LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{args:?} hangs");
        }
        sleep(Duration::from_millis(if started.elapsed().as_millis() < 200 { 3 } else { 20 }));
    }
}

/// The most memory that a process has held so far, as Linux tells it.
fn memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Whether a terminal would do more than show characters: controls, and what turns the direction of text.
pub(crate) fn holds_controls(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text);
    let turns =
        |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    text.chars().any(|c| turns(c) || c.is_control() && c != '\n')
}

/// Every file below a folder with what would change if it were written.
fn snapshot(root: &Path) -> BTreeMap<PathBuf, (u64, i64, i64, u64)> {
    let mut all = BTreeMap::new();
    let mut left = vec![root.to_owned()];
    while let Some(folder) = left.pop() {
        // What is too deep to be listed is too deep to be written by its path, too.
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            let Ok(meta) = entry.path().symlink_metadata() else { continue };
            if meta.is_dir() {
                left.push(entry.path());
            }
            all.insert(entry.path(), (meta.len(), meta.mtime(), meta.mtime_nsec(), meta.ino()));
        }
    }
    all
}
