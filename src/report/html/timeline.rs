//! The timeline: how many secrets came in and went out, by day, week, month or year.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::finding::Finding;
use crate::report::time::calendar;

/// Columns that fit beside each other.
const MOST: i64 = 48;
/// Measures of the drawing, in its own units: a column, the space for the highest bar, for words.
const COLUMN: i64 = 20;
const HEIGHT: i64 = 70;
const WORDS: i64 = 18;
const DAY: i64 = 86_400;

/// A unit of time in which columns are counted.
#[derive(Clone, Copy)]
enum Unit {
    Days,
    Weeks,
    Months,
    /// So many.
    Years(i64),
}

impl Unit {
    /// The finest in which a time from `first` to `last` has room.
    fn fitting(first: i64, last: i64) -> Self {
        let fits = |unit: &Self| unit.column(last) - unit.column(first) < MOST;
        let years = Self::Years(1).column(last) - Self::Years(1).column(first) + 1;
        let finest = [Self::Days, Self::Weeks, Self::Months].into_iter().find(fits);
        finest.unwrap_or(Self::Years(years.div_euclid(MOST) + 1))
    }

    /// The number of the column that a time falls into.
    fn column(self, time: i64) -> i64 {
        let days = time.clamp(0, 253_402_300_799) / DAY;
        let (year, month, _) = calendar(days);
        match self {
            Self::Days => days,
            // 1970 began on a Thursday.
            Self::Weeks => (days + 3) / 7,
            Self::Months => year * 12 + month - 1,
            Self::Years(count) => year / count,
        }
    }

    /// What a column is called.
    fn name(self, column: i64) -> String {
        let day = |days: i64| {
            let (year, month, day) = calendar(days);
            format!("{year:04}-{month:02}-{day:02}")
        };
        match self {
            Self::Days => day(column),
            Self::Weeks => day((column * 7 - 3).max(0)),
            Self::Months => format!("{:04}-{:02}", column / 12, column % 12 + 1),
            Self::Years(count) => format!("{:04}", column * count),
        }
    }

    fn word(self) -> String {
        match self {
            Self::Days => "day".to_owned(),
            Self::Weeks => "week".to_owned(),
            Self::Months => "month".to_owned(),
            Self::Years(1) => "year".to_owned(),
            Self::Years(count) => format!("{count} years"),
        }
    }
}

/// Writes the drawing, where there is a history.
pub(super) fn chart(findings: &[Finding], now: i64, out: &mut dyn Write) -> io::Result<()> {
    let lives = || findings.iter().filter_map(|finding| finding.exposure.as_ref());
    let Some(first) = lives().map(|life| life.introduced.time).min() else { return Ok(()) };
    let last = lives().filter_map(|life| Some(life.removed.as_ref()?.time)).max().unwrap_or(now).max(now);
    let unit = Unit::fitting(first, last);
    let mut columns: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
    for life in lives() {
        columns.entry(unit.column(life.introduced.time)).or_default().0 += 1;
        if let Some(removed) = &life.removed {
            columns.entry(unit.column(removed.time)).or_default().1 += 1;
        }
    }
    writeln!(out, "<section>\n<h2>Introduced and removed, by {}</h2>", unit.word())?;
    writeln!(
        out,
        "<p class=\"key\"><span class=\"in\">introduced</span> <span class=\"out\">removed from the branch that is \
         checked out</span></p>"
    )?;
    draw(unit, unit.column(first), unit.column(last), &columns, out)?;
    writeln!(out, "</section>")
}

fn draw(
    unit: Unit,
    first: i64,
    last: i64,
    columns: &BTreeMap<i64, (i64, i64)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let highest = columns.values().map(|(came, went)| *came.max(went)).max().unwrap_or(1).max(1);
    let width = ((last - first + 1) * COLUMN).max(12 * COLUMN);
    let (middle, bottom) = (WORDS + HEIGHT, 2 * (WORDS + HEIGHT));
    writeln!(
        out,
        "<svg class=\"timeline\" viewBox=\"0 0 {width} {}\" role=\"img\" aria-label=\"Secrets introduced and removed, \
         {} to {}\">",
        bottom + WORDS,
        unit.name(first),
        unit.name(last)
    )?;
    writeln!(out, "<line x1=\"0\" y1=\"{middle}\" x2=\"{width}\" y2=\"{middle}\"/>")?;
    for (column, (came, went)) in columns {
        let x = (column - first) * COLUMN;
        let name = unit.name(*column);
        let height = |count: i64| (count * HEIGHT / highest).max(2);
        if *came > 0 {
            let y = middle - height(*came);
            bar("in", (x, y, height(*came)), &format!("{name}: {came} introduced"), out)?;
            label((x + COLUMN / 2, y - 4), "middle", &came.to_string(), out)?;
        }
        if *went > 0 {
            bar("out", (x, middle, height(*went)), &format!("{name}: {went} removed"), out)?;
            label((x + COLUMN / 2, middle + height(*went) + 12), "middle", &went.to_string(), out)?;
        }
    }
    label((0, bottom + WORDS - 4), "start", &unit.name(first), out)?;
    label((width, bottom + WORDS - 4), "end", &unit.name(last), out)?;
    writeln!(out, "</svg>")
}

fn bar(class: &str, (x, y, height): (i64, i64, i64), title: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<rect class=\"{class}\" x=\"{}\" y=\"{y}\" width=\"{}\" height=\"{height}\"><title>{title}</title></rect>",
        x + 2,
        COLUMN - 4
    )
}

fn label((x, y): (i64, i64), anchor: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_time_fits_into_the_columns() {
        for (first, last) in
            [(0, 0), (0, 40 * DAY), (0, 300 * DAY), (0, 1_300 * DAY), (0, i64::MAX), (i64::MIN, 5)]
        {
            let unit = Unit::fitting(first, last);
            let columns = unit.column(last) - unit.column(first);
            assert!((0..=MOST).contains(&columns), "{columns} from {first} to {last}");
        }
    }

    #[test]
    fn columns_are_named_by_their_beginning() {
        let time = 1_795_351_566; // 2026-11-22, a Sunday
        let name = |unit: Unit| unit.name(unit.column(time));
        assert_eq!(
            [Unit::Days, Unit::Weeks, Unit::Months, Unit::Years(10)].map(name),
            ["2026-11-22", "2026-11-16", "2026-11", "2020"]
        );
    }
}
