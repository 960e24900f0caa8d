//! Colours. Without colour every function gives its text back.

use anstyle::{AnsiColor, Style};

use crate::rule::Severity;

/// Whether to use colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(pub(super) bool);

impl Paint {
    pub(super) fn bold(self, text: &str) -> String {
        self.styled(Style::new().bold(), text)
    }

    pub(super) fn faint(self, text: &str) -> String {
        self.styled(Style::new().dimmed(), text)
    }

    pub(super) fn good(self, text: &str) -> String {
        self.styled(AnsiColor::Green.on_default(), text)
    }

    pub(super) fn bad(self, text: &str) -> String {
        self.styled(AnsiColor::Red.on_default().bold(), text)
    }

    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        let style = match severity {
            Severity::Critical => AnsiColor::Red.on_default().bold(),
            Severity::High => AnsiColor::Red.on_default(),
            Severity::Medium => AnsiColor::Yellow.on_default(),
            Severity::Low => AnsiColor::Cyan.on_default(),
            Severity::Info => Style::new().dimmed(),
        };
        self.styled(style, text)
    }

    /// An address, as a terminal hyperlink if wanted. The text holds no control characters.
    pub(super) fn link(self, address: &str, hyperlink: bool) -> String {
        let shown = self.styled(Style::new().underline(), address);
        if hyperlink { format!("\x1b]8;;{address}\x1b\\{shown}\x1b]8;;\x1b\\") } else { shown }
    }

    fn styled(self, style: Style, text: &str) -> String {
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}
