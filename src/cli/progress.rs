//! Shows on standard error how far a long scan is; nothing where that is no terminal.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use tokensieve::source::Progress;

/// How long a scan runs before it shows anything.
const PATIENCE: Duration = Duration::from_millis(500);
const TICK: Duration = Duration::from_millis(100);

/// A running display; ends and clears itself when dropped.
pub(crate) struct Display {
    ended: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Starts a display of these counters, if standard error is a terminal and the user wants to see it.
pub(crate) fn show(counters: &Arc<Progress>, quiet: bool) -> Option<Display> {
    if quiet || !super::output::has_screen() {
        return None;
    }
    let (ended, wait) = mpsc::channel();
    let counters = Arc::clone(counters);
    let thread = thread::spawn(move || redraw(&counters, &wait));
    Some(Display { ended: Some(ended), thread: Some(thread) })
}

impl Drop for Display {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            // A display that failed has nothing to say.
            let _ = thread.join();
        }
    }
}

fn redraw(counters: &Progress, ended: &Receiver<()>) {
    if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = bar(counters.total.load(Ordering::Relaxed));
    while ended.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        let (files, bytes) = (counters.files.load(Ordering::Relaxed), counters.bytes.load(Ordering::Relaxed));
        let (commits, objects) =
            (counters.commits.load(Ordering::Relaxed), counters.objects.load(Ordering::Relaxed));
        bar.set_length(counters.total.load(Ordering::Relaxed));
        bar.set_position(objects);
        bar.set_message(if objects == 0 {
            format!("{} files, {}", HumanCount(files), HumanBytes(bytes))
        } else {
            format!("{} commits, {} objects, {}", HumanCount(commits), HumanCount(objects), HumanBytes(bytes))
        });
    }
    bar.finish_and_clear();
}

fn bar(total: u64) -> ProgressBar {
    let (bar, template) = if total == 0 {
        (ProgressBar::new_spinner(), "{spinner} {msg} in {elapsed}")
    } else {
        (ProgressBar::new(total), "{bar:30} {percent:>3} % {msg}, {eta} left")
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
