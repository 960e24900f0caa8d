//! A day of the calendar. The library has no clock: whoever calls says what day it is.

use std::fmt;
use std::str::FromStr;

/// A day, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// The day of these numbers, if there is one.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1..=last).contains(&day).then_some(Self { year, month, day })
    }

    /// The day of a moment given in seconds since the beginning of 1970.
    pub fn from_unix(seconds: u64) -> Self {
        // Howard Hinnant's `civil_from_days`, for days that are not before 1970: years begin in March,
        // so that the leap day is their last, and eras of 400 years have 146,097 days.
        let days = seconds / 86_400 + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * of_era + of_era / 4 - of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let civil_month = if month < 10 { month + 3 } else { month - 9 };
        let year = of_era + era * 400 + u64::from(civil_month <= 2);
        Self { year: u16::try_from(year).unwrap_or(u16::MAX), month: civil_month as u8, day: day as u8 }
    }

    /// When the day begins, in seconds since the beginning of 1970; 0 for one before.
    pub fn start(self) -> u64 {
        let month = u64::from(self.month);
        // The same in the other direction.
        let year = u64::from(self.year) - u64::from(month <= 2 && self.year > 0);
        let (era, of_era) = (year / 400, year % 400);
        let day = (153 * ((month + 9) % 12) + 2) / 5 + u64::from(self.day) - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day;
        days.saturating_sub(719_468) * 86_400
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Day {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '-');
        let mut next = |len: usize| {
            let part = parts.next().filter(|p| p.len() == len && p.bytes().all(|b| b.is_ascii_digit()));
            part.and_then(|p| p.parse::<u16>().ok())
        };
        let day = (|| Day::new(next(4)?, next(2)? as u8, next(2)? as u8))();
        day.ok_or("a day is written as 2027-01-31")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_and_written() {
        for text in ["2027-01-31", "2028-02-29", "2000-02-29", "1970-01-01"] {
            assert_eq!(text.parse::<Day>().map(|d| d.to_string()).as_deref(), Ok(text));
        }
        for text in ["2027-02-29", "2027-13-01", "2027-00-01", "2027-1-1", "", "1900-02-29", "2027-01-00"] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
    }

    #[test]
    fn seconds_become_days() {
        for (seconds, day) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_799, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_798_675_200, "2026-12-31"),
            (4_102_444_800, "2100-01-01"),
        ] {
            assert_eq!(Day::from_unix(seconds).to_string(), day);
            assert_eq!(Day::from_unix(seconds).start(), seconds - seconds % 86_400);
        }
        assert!(Day::from_unix(u64::MAX) > Day::from_unix(0));
    }

    #[test]
    fn later_days_are_greater() {
        let days: Vec<Day> = (0..40_000).map(|n| Day::from_unix(n * 86_400)).collect();
        assert!(days.windows(2).all(|w| w[0] < w[1]));
        assert!(days.iter().all(|d| Day::new(d.year, d.month, d.day) == Some(*d)));
        assert!((0..).zip(&days).all(|(n, day)| day.start() == n * 86_400));
        assert_eq!(Day::new(1969, 12, 31).map(Day::start), Some(0));
    }
}
