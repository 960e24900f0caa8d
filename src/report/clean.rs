//! Clean text: the only door through which a text comes into a report.
//!
//! A [`Clean`] has been through the masker (unless the user wants to see secrets). From there it is shown
//! in one of two ways: [`Clean::visible`] for whatever a person reads, with everything escaped that a
//! terminal would act on or hide; [`Clean::lossy`] for formats that have an escape of their own.

use std::borrow::Cow;

use bstr::ByteSlice;
use serde::{Serialize, Serializer};

use super::Report;
use crate::mask::Masker;

/// Makes clean texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cleaner<'a> {
    /// `None` where secrets are to be shown.
    masker: Option<&'a Masker>,
}

impl<'a> Cleaner<'a> {
    /// The cleaner for a report.
    pub(super) fn new(report: &Report<'a>) -> Self {
        Self { masker: (!report.show_secrets).then_some(report.masker) }
    }

    /// Whether secrets are shown in clear.
    pub(super) fn shows_secrets(self) -> bool {
        self.masker.is_none()
    }

    /// An excerpt, note or message.
    pub(super) fn text(self, bytes: impl AsRef<[u8]>) -> Clean {
        self.clean(bytes.as_ref(), Masker::mask)
    }

    /// A path, id, description: something to find one's way by.
    pub(super) fn name(self, bytes: impl AsRef<[u8]>) -> Clean {
        self.clean(bytes.as_ref(), Masker::mask_name)
    }

    fn clean(self, bytes: &[u8], mask: for<'t> fn(&Masker, &'t [u8]) -> Cow<'t, [u8]>) -> Clean {
        Clean(self.masker.map_or_else(|| bytes.to_vec(), |masker| mask(masker, bytes).into_owned()))
    }

    /// A secret itself: in clear if the user wants that, else what `masked` says of it.
    pub(super) fn secret(self, value: &[u8], masked: impl FnOnce() -> String) -> Clean {
        Clean(if self.shows_secrets() { value.to_vec() } else { masked().into_bytes() })
    }
}

/// Text without secrets. May hold any byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Clean(Vec<u8>);

impl Clean {
    /// Whether there is nothing to show.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Without white space around it.
    pub(super) fn trimmed(&self) -> Self {
        Self(self.0.trim_ascii().to_vec())
    }

    /// As Unicode; what is not UTF-8 becomes U+FFFD.
    pub(super) fn lossy(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// For people: on one line, everything visible, nothing that a terminal acts on.
    pub(super) fn visible(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        for (start, end, c) in self.0.char_indices() {
            match c {
                '\u{FFFD}' if self.0[start..end] != *"\u{FFFD}".as_bytes() => {
                    self.0[start..end].iter().for_each(|b| out.push_str(&format!("\\x{b:02X}")));
                }
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if is_invisible(c) => out.push_str(&format!("\\u{{{:04X}}}", u32::from(c))),
                c => out.push(c),
            }
        }
        out
    }

    /// Percent-encoded as in a URI; `/` stays.
    pub(super) fn percent(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        for &b in &self.0 {
            if b.is_ascii_alphanumeric() || b"-._~/".contains(&b) {
                out.push(char::from(b));
            } else {
                out.push_str(&format!("%{b:02X}"));
            }
        }
        out
    }

    /// Percent-encoded, if it cannot be shown as Unicode without loss.
    pub(super) fn percent_if_not_utf8(&self) -> Option<String> {
        std::str::from_utf8(&self.0).is_err().then(|| self.percent())
    }
}

impl Serialize for Clean {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.lossy())
    }
}

/// Whether a character does something else than stand there: controls (C0, DEL, C1), bidirectional
/// overrides and isolates, zero-width and other unseen ones, line separators, noncharacters.
pub(super) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}' | '\u{FDD0}'..='\u{FDEF}' | '\u{E0000}'..='\u{E0FFF}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}
