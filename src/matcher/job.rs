//! One scan: what the sieve, the literals and the names find becomes candidates, and these hits.
//!
//! Takes a matcher, a text and its path; fills the scratch with hits.

use std::ops::Range;

use super::names::Name;
use super::site::Site;
use super::{Matcher, Scratch, judge, manifest, meaning, names, pattern, pem, sieve, steps, value};
use crate::finding::Checksum;
use crate::rule::Rule;

/// How far left of a run anchors are looked for, in bytes, where one of [`is_joint`] precedes the run.
const LEFT_REACH: usize = 48;

/// Whether a byte joins what stands left of it to the run behind it, as in `AccountKey=...` or `123:AA...`.
fn is_joint(b: u8) -> bool {
    matches!(b, b':' | b'=' | b'$' | b'!' | b'%' | b'&' | b'?' | b'@' | b'|')
}

/// Whether what stands around a short run makes it a value, and its digits one that is no word: one digit is the
/// number of a name, and dots and slashes join words.
fn is_short_value(text: &[u8], run: &Range<usize>) -> bool {
    let left = &text[..run.start];
    let is_opened = match left.last() {
        Some(quote @ (b'"' | b'\'')) => {
            text.get(run.end) == Some(if left.ends_with(b"\\\"") { &b'\\' } else { quote })
        }
        Some(b'=' | b':') => true,
        // An operator, or a scheme such as `Bearer`.
        Some(b' ') => {
            left[..left.len() - 1].last().is_some_and(|b| matches!(b, b':' | b'=' | b'r' | b'c' | b'n'))
        }
        _ => false,
    };
    let value = &text[run.clone()];
    is_opened
        && value.iter().filter(|b| b.is_ascii_digit()).count() >= 2
        && !value.iter().any(|b| matches!(b, b'.' | b'/'))
}

/// One call of [`Matcher::scan`].
pub(super) struct Job<'a> {
    pub(super) matcher: &'a Matcher,
    pub(super) site: Site<'a>,
    pub(super) scratch: &'a mut Scratch,
    /// Where the last value of a list ended, and the name of that list.
    pub(super) list: Option<(usize, Name)>,
}

impl Job<'_> {
    /// Long runs: anchors in them, and names before them. Of short ones only a name can tell anything.
    pub(super) fn runs(&mut self, range: Range<usize>) {
        let (matcher, text) = (self.matcher, self.site.text);
        let mut seen = 0;
        let mut dense = std::mem::take(&mut self.scratch.sieved.dense);
        sieve::runs(text, range, &mut dense, |run| {
            if run.len() < sieve::MIN_RUN {
                if matcher.has_names && is_short_value(text, &run) {
                    self.named_value(run);
                }
                return;
            }
            let joined = run.start > 0 && is_joint(text[run.start - 1]);
            let from = if joined { run.start.saturating_sub(LEFT_REACH).max(seen) } else { run.start };
            seen = run.end;
            self.scratch.sieved.runs.push(run.clone());
            matcher.in_runs.find(text, from, run.end, |rule, at| {
                if !self.is_too_short(rule, run.end - at.start) {
                    self.candidate(rule, at.start);
                }
            });
            if matcher.has_names {
                self.named_value(run);
            }
        });
        self.scratch.sieved.dense = dense;
    }

    /// Whether a match of the rule that begins where so many bytes of the run are left cannot be: most
    /// anchors in ordinary text are parts of short names, and need no pattern to be turned down.
    fn is_too_short(&self, rule: u16, left: usize) -> bool {
        let def = self.matcher.rules[usize::from(rule)];
        def.is_one_run && def.lead == Some(0) && left < def.min_len as usize
    }

    /// Rules that know the value by the name it is assigned to.
    fn named_value(&mut self, run: Range<usize>) {
        let text = self.site.text;
        let Some(found) = self.name_of(&run) else { return };
        let written = &text[found.at.clone()];
        self.by_name(&run, written, 0, found.is_loose);
        // A name such as `api_key` may stand in a block that says whose it is. Keys hold digits, unlike most of what
        // such names are given in code.
        if names::is_announcing(written)
            && text[run.clone()].iter().any(u8::is_ascii_digit)
            && let Some(owner) = names::owner_of(text, found.at.start)
        {
            let owner = meaning::normalise(&text[owner]);
            self.by_name(&run, &[&owner, written].concat(), owner.len(), found.is_loose);
        }
    }

    /// The rules for a name, in the first `owner` bytes of which they must begin where a block has given those.
    fn by_name(&mut self, run: &Range<usize>, written: &[u8], owner: usize, is_loose: bool) {
        let mut buffer = std::mem::take(&mut self.scratch.name);
        let len = meaning::searchable(written, &mut buffer);
        let (matcher, name) = (self.matcher, &buffer[..len]);
        matcher.in_names.find(&buffer, 0, len, |rule, word| {
            let def = matcher.rules[usize::from(rule)];
            let is_too_short = def.is_one_run && run.len() < def.min_len as usize;
            // A rule for no issuer in particular has nothing but the name, so that must be one of a secret.
            if !meaning::may_stand(name, &word)
                || (is_loose || owner > 0) && def.is_generic()
                || owner > 0 && word.start >= owner
                || def.is_by_name() && !meaning::is_of(written, def.names)
            {
                return;
            }
            if !is_too_short && !meaning::is_about_the_value(&name[word.end..]) && self.looks_at_path(rule) {
                self.value_at(rule, run.start);
            }
        });
        self.scratch.name = buffer;
    }

    /// The name of the value in a run: its own, or that of the list which it goes on with.
    fn name_of(&mut self, run: &Range<usize>) -> Option<Name> {
        let text = self.site.text;
        let list = self.list.take();
        let (name, is_listed) = match names::name_of(text, run.start) {
            Some(name) => {
                let is_first = !name.is_loose && names::is_in_list(text, run.start);
                (name, is_first)
            }
            None => {
                let (end, name) = list?;
                if !names::is_between_values(text.get(end..run.start)?) {
                    return None;
                }
                (name, true)
            }
        };
        self.list = is_listed.then(|| (run.end, name.clone()));
        Some(name)
    }

    /// The value that begins at `at` against a named rule's pattern, which must match all of it.
    fn value_at(&mut self, rule: u16, at: usize) {
        if self.scratch.done[usize::from(rule)] > at {
            return;
        }
        let def = self.matcher.rules[usize::from(rule)];
        let end = self.site.text.len().min(at + def.max_len as usize + 1);
        if !def.may_begin(&self.site.text[at..end]) {
            return;
        }
        let found = self.matcher.patterns[usize::from(rule)].value(&self.site.text[..end], at);
        if let Some(m) = found.filter(|m| !self.is_cut_off(def, m)) {
            self.set_done(rule, m.whole.end);
            self.consider(rule, m);
        }
    }

    /// Literals that are searched for in the whole text.
    pub(super) fn literals(&mut self, range: Range<usize>) {
        let (matcher, text) = (self.matcher, self.site.text);
        // The range may begin within the body of a key.
        let from = pem::body_start(text, range.start);
        matcher.in_text.find(text, from..range.end, |literal, rules, at| {
            if at < range.start
                && !rules.iter().any(|r| matcher.rules[usize::from(*r)].checksum == Some("pem"))
                || literal == b"://" && !has_userinfo(text, at + 3)
            {
                return;
            }
            for &rule in rules {
                if matcher.rules[usize::from(rule)].names.is_empty() {
                    self.candidate(rule, at);
                } else {
                    self.named(rule, at..at + literal.len());
                }
            }
        });
    }

    /// A part of a name of `rule` at `at`: the value that is assigned to that name, of whatever characters.
    fn named(&mut self, rule: u16, at: Range<usize>) {
        let def = self.matcher.rules[usize::from(rule)];
        if at.start < self.scratch.done[usize::from(rule)]
            || self.scratch.has_more_hits
            || !self.looks_at_path(rule)
        {
            return;
        }
        let name = names::around(self.site.text, at);
        self.set_done(rule, name.end);
        if !meaning::is_of(&self.site.text[name.clone()], def.names) {
            return;
        }
        let is_unquoted = self.site.takes_unquoted(&name);
        let Some(value) = value::behind(self.site.text, &name, is_unquoted) else { return };
        self.set_done(rule, value.end);
        let found = self.matcher.patterns[usize::from(rule)].value(&self.site.text[..value.end], value.start);
        if let Some(m) = found.filter(|m| m.whole.end == value.end) {
            self.consider(rule, pattern::Match { whole: name.start..m.whole.end, secret: m.secret });
        }
    }

    /// Rules for whole files of certain names.
    pub(super) fn whole_file(&mut self) {
        let matcher = self.matcher;
        if self.scratch.gate.rules().is_empty() {
            return;
        }
        for &rule in &matcher.whole_file {
            if self.looks_at_path(rule) {
                let mut at = 0;
                while let Some(m) =
                    matcher.patterns[usize::from(rule)].find(self.site.text, at, self.site.text.len())
                {
                    at = m.whole.end.max(m.whole.start + 1);
                    self.object(rule, m);
                }
            }
        }
    }

    /// What a rule finds in a file of its own: the secret, or the object that holds several.
    fn object(&mut self, rule: u16, m: pattern::Match) {
        if self.matcher.rules[usize::from(rule)].checksum != Some("manifest") {
            return self.consider(rule, m);
        }
        for value in manifest::values(self.site.text, &m.secret) {
            self.consider(rule, pattern::Match { whole: value.clone(), secret: value });
        }
    }

    /// An anchor of `rule` at `at`: searches the window around it for the pattern.
    fn candidate(&mut self, rule: u16, at: usize) {
        let done = self.scratch.done[usize::from(rule)];
        let def = self.matcher.rules[usize::from(rule)];
        let longest = def.max_len as usize;
        if at < done || self.scratch.has_more_hits || !self.looks_at_path(rule) {
            return;
        }
        // A match that begins elsewhere has an anchor there.
        if def.lead == Some(0) && !def.may_begin(&self.site.text[at..]) {
            return;
        }
        let mut from = at.saturating_sub(def.lead.map_or(longest, |n| n as usize)).max(done);
        let window_end = self.site.text.len().min(at + 2 * longest);
        while let Some(m) = self.matcher.patterns[usize::from(rule)].find(self.site.text, from, window_end) {
            if !self.bounded(def, &m) {
                from = self.next_start(def, &m, window_end);
                continue;
            }
            if m.whole.start > at {
                // The match of a later anchor, which has its own turn and its own window.
                return self.set_done(rule, m.whole.start);
            }
            self.set_done(rule, m.whole.end);
            return self.consider(rule, m);
        }
        let ruled_out = if window_end == self.site.text.len() { window_end } else { window_end - longest };
        self.set_done(rule, ruled_out.max(at + 1));
    }

    /// Whether no forbidden byte stands beside the secret. A token whose checksum is right needs no left
    /// boundary: chance makes none.
    pub(super) fn bounded(&self, rule: &Rule, m: &pattern::Match) -> bool {
        let before = m.secret.start.checked_sub(1).and_then(|i| self.site.text.get(i));
        let is_inside = before.is_some_and(|b| crate::rule::contains(&rule.left, *b));
        !self.is_cut_off(rule, m)
            && (!is_inside || judge::verify(rule, &self.site.text[m.secret.clone()]) == Checksum::Valid)
    }

    /// Whether the byte behind the secret is one that would belong to it.
    fn is_cut_off(&self, rule: &Rule, m: &pattern::Match) -> bool {
        self.site.text.get(m.secret.end).is_some_and(|b| crate::rule::contains(&rule.right, *b))
    }

    /// Where the next match may begin after one that a boundary forbids. A secret that begins inside a
    /// stretch of forbidden left neighbours is forbidden too, so the rest of that stretch is passed over:
    /// otherwise a long one would be searched once from each of its bytes. What lies behind the window is left
    /// to the next one: a stretch may be as long as the text.
    fn next_start(&self, rule: &Rule, m: &pattern::Match, window_end: usize) -> usize {
        let next = m.whole.start + 1;
        let may_lack_boundary = rule.checksum.is_some() && rule.max_len <= 1024;
        if rule.has_secret_group || may_lack_boundary {
            return next;
        }
        let stretch = self.site.text[m.whole.start..window_end].iter();
        let stretch = stretch.take_while(|b| crate::rule::contains(&rule.left, **b)).count();
        steps::count(stretch);
        next.max(m.whole.start + stretch)
    }

    pub(super) fn consider(&mut self, rule: u16, m: pattern::Match) {
        if m.secret.is_empty() {
            // A pattern of a user's may match nothing: that is no secret.
            return;
        }
        let def = self.matcher.rules[usize::from(rule)];
        let pattern = &self.matcher.patterns[usize::from(rule)];
        match judge::judge(def, pattern, &self.site, &m) {
            Ok(_) if self.scratch.hits.len() >= self.scratch.most_hits => self.scratch.has_more_hits = true,
            Ok(verdict) => self.scratch.hits.push(verdict.hit(rule)),
            Err(reason) if self.scratch.keep_rejected => {
                self.scratch.rejected.push((rule, m.secret, reason));
            }
            Err(_) => {}
        }
    }

    fn looks_at_path(&self, rule: u16) -> bool {
        let def = self.matcher.rules[usize::from(rule)];
        def.files.is_empty() || self.scratch.gate.rules().binary_search(&rule).is_ok()
    }

    pub(super) fn set_done(&mut self, rule: u16, until: usize) {
        self.scratch.done[usize::from(rule)] = until;
        self.scratch.touched.push(rule);
    }
}

/// Whether an `@` ends the authority that begins at `at`: a cheap test before the pattern of a URL with
/// user and password is tried.
fn has_userinfo(text: &[u8], at: usize) -> bool {
    let rest = &text[at..text.len().min(at + 1100)];
    steps::count(rest.len());
    let ends =
        |b: &u8| matches!(b, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'@') || *b <= b' ';
    rest.iter().find(|b| ends(b)) == Some(&b'@')
}
