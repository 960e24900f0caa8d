//! From Go's regular expressions to Rust's.
//!
//! Takes a pattern as gitleaks reads it, gives one that means the same to the engine here, or the reason
//! why there is none. Both are of the RE2 family; they differ in quoting (`\Q..\E`, octal numbers), in
//! what `[`, `-`, `&` and `{` mean unescaped, and in `\<`, a letter there and an assertion here. Here,
//! patterns see bytes: what needs Unicode tables is refused.

use std::iter::Peekable;
use std::str::Chars;

/// Which group is the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secret {
    /// None is asked for.
    No,
    /// The first, if there is one.
    First,
    /// This one, counted from 1.
    Group(usize),
}

/// A pattern in our dialect.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Translated {
    pub(super) pattern: String,
    /// How many groups the pattern has.
    pub(super) groups: usize,
}

/// Translates a pattern, and names the group that is the secret.
pub(super) fn translate(go: &str, secret: Secret) -> Result<Translated, String> {
    let mut walk =
        Walk { rest: go.chars().peekable(), out: String::with_capacity(go.len()), groups: 0, secret };
    while let Some(c) = walk.rest.next() {
        match c {
            '\\' => walk.escape(false)?,
            '[' => walk.class()?,
            '(' => walk.group(),
            '{' if !walk.is_repetition() => walk.out.push_str("\\{"),
            c => walk.out.push(c),
        }
    }
    if let Secret::Group(n) = secret
        && n > walk.groups
    {
        return Err(format!("there is no group {n}"));
    }
    check(&walk.out)?;
    Ok(Translated { pattern: walk.out, groups: walk.groups })
}

fn check(pattern: &str) -> Result<(), String> {
    let parser = regex_syntax::ParserBuilder::new().utf8(false).unicode(false).build().parse(pattern);
    parser.map(|_| ()).map_err(|e| {
        let text = e.to_string();
        let last = text.lines().last().unwrap_or("").trim();
        format!("the pattern cannot be read here: {}", last.strip_prefix("error: ").unwrap_or(last))
    })
}

struct Walk<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    groups: usize,
    secret: Secret,
}

impl Walk<'_> {
    /// What follows a backslash. In a class, `in_class` holds.
    fn escape(&mut self, in_class: bool) -> Result<(), String> {
        match self.rest.next() {
            Some('Q') if !in_class => self.quoted(),
            Some('C') if !in_class => self.out.push_str("(?s:.)"),
            Some('p' | 'P') => return Err("classes of Unicode are not known here".to_owned()),
            Some(c @ ('<' | '>')) => self.out.push(c),
            Some(c @ '0'..='7') => self.octal(c),
            Some(c) => self.out.extend(['\\', c]),
            None => self.out.push('\\'),
        }
        Ok(())
    }

    /// Everything up to `\E` stands for itself.
    fn quoted(&mut self) {
        while let Some(c) = self.rest.next() {
            if c == '\\' && self.rest.peek() == Some(&'E') {
                self.rest.next();
                return;
            }
            self.out.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4])));
        }
    }

    fn octal(&mut self, first: char) {
        let mut number = first.to_digit(8).unwrap_or(0);
        for _ in 0..2 {
            let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(8)) else { break };
            number = number * 8 + digit;
            self.rest.next();
        }
        self.out.push_str(&format!("\\x{{{number:X}}}"));
    }

    /// A group, behind its parenthesis. Names are dropped: ours has a meaning of its own.
    fn group(&mut self) {
        let rest: String = self.rest.clone().take(3).collect();
        let named = ["?P<", "?<"].into_iter().find(|start| rest.starts_with(start));
        if rest.starts_with('?') && named.is_none() {
            return self.out.push('(');
        }
        if named.is_some() {
            let _ = self.rest.by_ref().find(|c| *c == '>');
        }
        self.groups += 1;
        let is_secret = match self.secret {
            Secret::No => false,
            Secret::First => self.groups == 1,
            Secret::Group(n) => self.groups == n,
        };
        self.out.push_str(if is_secret { "(?P<secret>" } else { "(" });
    }

    /// Whether `{` begins `{n}`, `{n,}` or `{n,m}`; otherwise it is a letter in Go.
    fn is_repetition(&self) -> bool {
        let inside: String = self.rest.clone().take(12).take_while(|c| *c != '}').collect();
        let closed = self.rest.clone().nth(inside.chars().count()) == Some('}');
        let (low, high) = inside.split_once(',').unwrap_or((&inside, ""));
        let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        closed && !low.is_empty() && number(low) && number(high)
    }

    /// A class, behind its bracket.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        if self.rest.next_if_eq(&']').is_some() {
            self.out.push_str("\\]");
        }
        // Whether what came last is one letter, so that `-` makes a range of it; else `-` is a letter.
        let mut is_start = false;
        while let Some(c) = self.rest.next() {
            match c {
                ']' => {
                    self.out.push(']');
                    return Ok(());
                }
                '[' if self.rest.peek() == Some(&':') => {
                    is_start = false;
                    self.named_class();
                }
                '-' if is_start && self.rest.peek().is_some_and(|next| *next != ']') => {
                    is_start = false;
                    self.out.push('-');
                    if let Some(end) = self.rest.next() {
                        self.letter(end)?;
                    }
                }
                c => is_start = self.letter(c)?,
            }
        }
        Ok(())
    }

    /// A letter of a class, or a class within it. Says which.
    fn letter(&mut self, c: char) -> Result<bool, String> {
        match c {
            '\\' => {
                let is_class = matches!(self.rest.peek(), Some('w' | 'W' | 'd' | 'D' | 's' | 'S'));
                self.escape(true)?;
                return Ok(!is_class);
            }
            '[' | '&' | '~' | '-' => self.out.extend(['\\', c]),
            c => self.out.push(c),
        }
        Ok(true)
    }

    /// `[:alpha:]`, behind its first bracket.
    fn named_class(&mut self) {
        self.out.push('[');
        for c in self.rest.by_ref() {
            self.out.push(c);
            if c == ']' {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::bytes::{Regex, RegexBuilder};

    fn ours(go: &str) -> Regex {
        let pattern = translate(go, Secret::No).unwrap_or_else(|e| panic!("{go}: {e}")).pattern;
        RegexBuilder::new(&format!(r"\A(?:{pattern})\z")).unicode(false).build().unwrap()
    }

    #[test]
    fn what_differs_means_the_same() {
        for (go, yes, no) in [
            (r"\Qa.b[\E+", "a.b[[", "axb["),
            (r"[[]a", "[a", "a"),
            (r"[]a]+", "]a", "b"),
            (r"[^]a]", "b", "]"),
            (r"[a&&b]+", "a&b", "c"),
            (r"[\w-.]+", "a-._", "+"),
            (r"[\w-]+", "a-", "."),
            (r"[[:alpha:]-9]+", "a-9", "5"),
            (r"[a~~]+", "~a", "b"),
            (r"a{,3}", "a{,3}", "aaa"),
            (r"${A}", "x", ""),
            (r"\${a}", "${a}", "$a"),
            (r"a{2}", "aa", "a{2}"),
            (r"a{2,}{", "aaa{", "a"),
            (r"\<a\>", "<a>", "a"),
            (r"[\<]", "<", "\\"),
            (r"\x41\101\x{42}", "AAB", "A"),
            (r"[\101]", "A", "1"),
            (r"(?i)(?P<key>ab)(?<b>c)", "ABC", "d"),
            (r#"["'\s]\/\_\-\""#, "\"/_-\"", ""),
            (r"\pN", "", "x"),
            (r"\C", "\n", ""),
            (r"(?s).", "\n", ""),
            (r"[+--]+", "+,-", "."),
            (r"[--/]+", "-./", "0"),
            (r"[a-z-9]+", "a-9", "5"),
            (r"[\x41-\x43-]+", "AB-", "D"),
        ] {
            if go == r"\pN" {
                assert!(translate(go, Secret::No).is_err());
            } else if go != r"${A}" {
                let regex = ours(go);
                assert!(regex.is_match(yes.as_bytes()), "{go} {yes} {}", regex.as_str());
                assert!(!regex.is_match(no.as_bytes()), "{go} {no} {}", regex.as_str());
            }
        }
    }

    #[test]
    fn groups_are_counted_and_one_is_named() {
        let of = |go, secret| translate(go, secret).map(|t| (t.pattern, t.groups));
        assert_eq!(
            of("(a)(?:b)([(])(?P<secret>d)", Secret::Group(2)),
            Ok(("(a)(?:b)(?P<secret>[(])(d)".into(), 3))
        );
        assert_eq!(of("a(b)", Secret::First), Ok(("a(?P<secret>b)".into(), 1)));
        assert_eq!(of("a", Secret::First), Ok(("a".into(), 0)));
        assert!(of("(a)", Secret::Group(2)).is_err());
        assert!(of("(a", Secret::No).is_err());
        assert_eq!(of(r"\(a\)", Secret::First), Ok((r"\(a\)".into(), 0)));
    }

    proptest::proptest! {
        #[test]
        fn any_pattern_ends_without_a_panic(go in "(\\\\?[\\[\\](){}^$.*+?|,:&~<>a-cQEpC0-9-]|\\PC){0,24}") {
            for secret in [Secret::No, Secret::First, Secret::Group(2)] {
                let _ = translate(&go, secret);
            }
        }
    }
}
