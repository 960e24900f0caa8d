//! How a run ends: the exit code.

use std::process::ExitCode;

/// The exit codes, which no output format changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// 0: everything was read and nothing was found.
    Clean,
    /// 1: something was found.
    Findings,
    /// 2: an error, or something could not be read. Beats 1.
    Incomplete,
    /// 128 and the number of the signal that ended the scan early.
    Interrupted(usize),
}

/// What the user said about exit codes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Leniency {
    /// Findings end with 0.
    pub exit_zero: bool,
    /// What could not be read does not matter.
    pub allow_incomplete: bool,
}

impl Outcome {
    /// The outcome of a scan.
    pub fn of(findings: usize, complete: bool, leniency: Leniency) -> Self {
        if !complete && !leniency.allow_incomplete {
            Self::Incomplete
        } else if findings > 0 && !leniency.exit_zero {
            Self::Findings
        } else {
            Self::Clean
        }
    }

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Incomplete => 2,
            Self::Interrupted(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_beats_one_beats_zero() {
        let strict = Leniency::default();
        assert_eq!(Outcome::of(0, true, strict).code(), 0);
        assert_eq!(Outcome::of(3, true, strict).code(), 1);
        assert_eq!(Outcome::of(0, false, strict).code(), 2);
        assert_eq!(Outcome::of(3, false, strict).code(), 2);
    }

    #[test]
    fn the_user_may_say_otherwise() {
        let zero = Leniency { exit_zero: true, allow_incomplete: false };
        let partial = Leniency { exit_zero: false, allow_incomplete: true };
        assert_eq!(Outcome::of(3, true, zero).code(), 0);
        assert_eq!(Outcome::of(3, false, zero).code(), 2);
        assert_eq!(Outcome::of(3, false, partial).code(), 1);
        assert_eq!(Outcome::of(0, false, partial).code(), 0);
    }
}
