//! Times as reports write them, without a library: the calendar is the only thing needed.

use std::time::SystemTime;

/// Now, in seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A time in seconds since 1970 as RFC 3339 in UTC. Times before 1970 and beyond the year 9999 are cut,
/// which no honest commit has.
pub(super) fn date(time: i64) -> String {
    let time = time.clamp(0, 253_402_300_799);
    let (year, month, day) = calendar(time / 86_400);
    let (hour, minute, second) = (time / 3_600 % 24, time / 60 % 60, time % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a day since 1970. Years begin on 1 March, in eras of 400 years: the leap day comes
/// last (Howard Hinnant, "chrono-compatible low-level date algorithms").
pub(super) fn calendar(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let (era, day_of_era) = (z / 146_097, z % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01T00:00:00Z");
        assert_eq!(date(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(date(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(date(1_795_351_566), "2026-11-22T12:46:06Z");
        assert_eq!((date(-1), date(i64::MAX)), (date(0), "9999-12-31T23:59:59Z".to_owned()));
    }
}
