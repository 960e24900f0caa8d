//! Counts the bytes that rules look at, for the test that no input makes a scan quadratic: a count is the
//! same on every machine, a time is not. Outside tests nothing is counted.

#[cfg(test)]
thread_local! {
    static COUNT: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Counts so many bytes.
#[inline]
pub(super) fn count(bytes: usize) {
    #[cfg(test)]
    COUNT.with(|count| count.set(count.get() + bytes as u64));
    let _ = bytes;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bstr::BStr;

    use super::super::Matcher;
    use super::COUNT;
    use crate::rule::{self, Rule, sample::fill};

    /// Larger than any window that the rule looks at, so that what grows behind it grows with the text.
    fn size(rule: &Rule) -> usize {
        (6 * rule.max_len as usize).max(3 << 10)
    }

    /// Twice the text may take so many times the steps. What is quadratic takes four times as many.
    const MOST: f64 = 3.0;

    fn steps(matcher: &Matcher, path: &BStr, text: &[u8]) -> u64 {
        COUNT.set(0);
        matcher.scan(text, path, 0..text.len(), &mut matcher.scratch());
        COUNT.get()
    }

    /// Strings that a rule likes least, to be repeated: samples, nearly samples, anchors with much behind
    /// them and with little, with boundaries and without.
    fn pieces(rule: &Rule) -> BTreeSet<String> {
        let mut pieces = BTreeSet::new();
        for sample in rule.samples.iter().filter_map(|s| fill(s.text, 3).ok()).take(1) {
            let cut: String = sample.chars().take(sample.chars().count() - 1).collect();
            pieces.extend([format!("{sample}\n"), format!("{cut}!"), cut, sample]);
        }
        for anchor in rule.anchors.iter().take(1) {
            pieces.extend([
                format!("{anchor}{}", "a1B2".repeat(9)),
                format!("{anchor} "),
                (*anchor).to_owned(),
            ]);
        }
        for name in rule.names.iter().take(1) {
            pieces.extend([format!("{name}="), format!("{name}=\"{}\"\n", "a1B2".repeat(9))]);
        }
        pieces
    }

    #[test]
    fn twice_the_text_takes_about_twice_the_steps_whatever_a_rule_meets() {
        let mut steep = Vec::new();
        for rule in rule::embedded() {
            let matcher = Matcher::new(vec![rule]);
            let path =
                BStr::new(rule.files.first().map_or("src/file.rs", |glob| glob.trim_start_matches("**/")));
            let size = size(rule);
            for piece in pieces(rule) {
                let text = piece.repeat(2 * size / piece.len() + 1);
                let text = text.as_bytes();
                let (once, twice) =
                    (steps(&matcher, path, &text[..size]), steps(&matcher, path, &text[..2 * size]));
                if once > 0 && twice as f64 > MOST * once as f64 {
                    let shown: String = piece.escape_debug().take(12).collect();
                    steep.push(format!("{}: {shown}: {once} steps, then {twice}", rule.id));
                }
            }
        }
        assert!(steep.is_empty(), "{} inputs\n{}", steep.len(), steep.join("\n"));
    }

    #[test]
    fn what_is_quadratic_would_be_seen() {
        let quadratic = |len: usize| (0..len / 64).for_each(|_| super::count(len));
        let counted = |len| {
            COUNT.set(0);
            quadratic(len);
            COUNT.get() as f64
        };
        assert!(counted(20_000) > MOST * counted(10_000));
    }
}
