//! The judge: is a match a secret, and how sure is it? The one place where confidence is decided.
//!
//! Takes a rule, the text and a match; gives a verdict or the reason why it is none. In order:
//!
//! 1. The offline verifier. *Valid* means the issuer's algorithm made it: all tests of looks are skipped.
//! 2. Documented example values, references to a secret, the rule's own exclusions, placeholders, and
//!    demands on characters and entropy: each turns the match down.
//! 3. Words that must stand near.
//! 4. What lowers the confidence: looks of something made up in a value that has the shape of one issuer's
//!    tokens, an invalid checksum, missing context, a host that is an example.
//! 5. What lowers the severity of a literal that is as sure as elsewhere: a path of tests, examples or
//!    manuals, a local host, a token that has expired.

mod open;
mod place;

use std::ops::Range;

use base64::Engine as _;
use bstr::ByteSlice;

use super::password;
use super::pattern::{Match, Pattern};
use super::pem::{self, Body};
use super::placeholder::Placeholder;
use super::setting::{Setting, is_config};
use super::site::{Site, is_example_path, is_prose};
use super::written_over::is_written_over;
use super::{Hit, checksum, jwk, manifest, names, nonsecret, placeholder, random, reference, steps};
use crate::finding::Checksum;
use crate::rule::{CharKind, Confidence, Rule, Severity};

/// Why a match is no finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reject {
    /// A value that documentation uses as an example.
    Documented,
    /// A pointer to a secret, such as a variable.
    Reference,
    /// One of the rule's own `exclude` patterns or placeholder words.
    Excluded,
    /// Looks like a stand-in; the words say how.
    Placeholder(&'static str),
    /// Lacks a kind of character that the rule demands.
    Charset,
    /// Less random than the rule demands.
    Entropy,
    /// None of the words that must stand near does.
    Context,
    /// A header of a key without a key.
    NoKey,
    /// The name of a field, a text, a path or an expression.
    Name,
    /// Put together from words, not drawn by lot.
    Words,
}

impl Reject {
    /// The reason in words.
    pub fn words(self) -> String {
        match self {
            Self::Documented => "a value that documentation uses as an example".to_owned(),
            Self::Reference => "points to a secret, is none itself".to_owned(),
            Self::Excluded => "the rule leaves such values out".to_owned(),
            Self::Placeholder(why) => format!("placeholder: {why}"),
            Self::Charset => "lacks a kind of character that the rule demands".to_owned(),
            Self::Entropy => "less random than the rule demands".to_owned(),
            Self::Context => "none of the words that must stand near it does".to_owned(),
            Self::NoKey => "the header of a key without a key".to_owned(),
            Self::Name => "a name, a text, a path or an expression".to_owned(),
            Self::Words => "put together from words, not drawn by lot".to_owned(),
        }
    }
}

/// The remark on a match that stands in a manual.
const IN_PROSE: &str = "in documentation";

/// The remark on a token that somebody changed a short piece of.
const WRITTEN_OVER: &str = "a short piece of it looks made up, the rest does not";

/// The remark on a match that lacks its context.
pub(super) const NO_CONTEXT: &str = "nothing near it names the service";

/// What the judge says of a match that is a finding.
#[derive(Debug)]
pub(super) struct Verdict {
    secret: Range<usize>,
    checksum: Checksum,
    severity: Severity,
    confidence: Confidence,
    notes: Vec<&'static str>,
}

impl Verdict {
    pub(super) fn hit(self, rule: u16) -> Hit {
        Hit {
            rule,
            secret: self.secret,
            checksum: self.checksum,
            severity: self.severity,
            confidence: self.confidence,
            notes: self.notes,
            parts: Vec::new(),
        }
    }

    fn lower_to(&mut self, confidence: Confidence, note: &'static str) {
        if self.confidence > confidence {
            self.confidence = confidence;
        }
        self.notes.push(note);
    }

    /// One step less severe: as sure as before that it is a literal secret, but less is behind it.
    fn soften(&mut self, note: &'static str) {
        self.severity = match self.severity {
            Severity::Critical => Severity::High,
            Severity::High => Severity::Medium,
            _ => self.severity.min(Severity::Low),
        };
        self.notes.push(note);
    }
}

/// What the rule's verifier says of a secret.
pub(super) fn verify(rule: &Rule, secret: &[u8]) -> Checksum {
    let verifier = rule.checksum.and_then(checksum::verifier);
    verifier.map_or(Checksum::None, |v| (v.verify)(secret))
}

pub(super) fn judge(rule: &Rule, pattern: &Pattern, site: &Site<'_>, m: &Match) -> Result<Verdict, Reject> {
    let text = site.text;
    let mut verdict = Verdict {
        secret: m.secret.clone(),
        checksum: Checksum::None,
        severity: rule.severity,
        confidence: rule.confidence,
        notes: Vec::new(),
    };
    if rule.checksum == Some("pem") {
        judge_key(text, m, &mut verdict)?;
    } else if rule.checksum == Some("der") {
        let block = pem::without_armour(text, m.secret.clone());
        verdict.secret = block.range;
        if block.body != Body::Plain {
            verdict.lower_to(Confidence::Low, "shorter than its own first bytes say");
        }
    } else if rule.checksum == Some("jwk") {
        verdict.secret = jwk::private_member(text, m.secret.clone()).ok_or(Reject::NoKey)?;
        looks(rule, pattern, site, &text[verdict.secret.clone()], &mut verdict)?;
    } else if rule.checksum == Some("basic-auth") {
        judge_basic(&text[m.secret.clone()], &mut verdict)?;
    } else if matches!(rule.checksum, Some("password" | "word")) {
        let secret = &text[m.secret.clone()];
        if placeholder::documented(secret) {
            return Err(Reject::Documented);
        }
        if pattern.excludes(secret) {
            return Err(Reject::Excluded);
        }
        if !has_charset(rule, secret) {
            return Err(Reject::Charset);
        }
        // What stands where a command or a query takes a password is one, whatever it looks like.
        let mut setting = Setting::of(site.path);
        setting.config |= rule.is_generic() && rule.names.is_empty();
        judge_password(secret, setting, site, m, &mut verdict)?;
    } else if rule.checksum == Some("manifest") {
        // Under a name that says nothing, a plain word is one of many things.
        let (written, setting) = (&text[m.secret.clone()], Setting::default());
        let plain = manifest::plain(written);
        judge_password(plain.as_deref().unwrap_or(written), setting, site, m, &mut verdict)?;
        if verdict.notes.contains(&password::MAY_BE_A_WORD) {
            verdict.confidence = Confidence::Low;
        }
    } else {
        let secret = &text[m.secret.clone()];
        verdict.checksum = verify(rule, secret);
        looks(rule, pattern, site, secret, &mut verdict)?;
    }
    judge_context(rule, text, m, &mut verdict)?;
    judge_checksum(rule, &text[verdict.secret.clone()], &mut verdict);
    place::judge(rule, site, m, &mut verdict);
    Ok(verdict)
}

/// A PEM block: the match is its header, the secret is all of it.
fn judge_key(text: &[u8], m: &Match, verdict: &mut Verdict) -> Result<(), Reject> {
    let block = pem::examine(text, m.secret.clone());
    verdict.secret = block.range;
    match block.body {
        Body::Empty => return Err(Reject::NoKey),
        Body::Plain => {}
        Body::Published => {
            verdict.severity = Severity::Info;
            verdict.notes.push("a test key that everybody has");
        }
        Body::Doubtful => verdict.lower_to(Confidence::Low, "the body does not decode to a key"),
        Body::Encrypted => {
            verdict.severity = verdict.severity.min(Severity::Medium);
            verdict.lower_to(Confidence::Medium, "protected by a passphrase");
        }
    }
    Ok(())
}

/// Basic authentication (RFC 7617): base64 of a name, a colon and a password.
fn judge_basic(secret: &[u8], verdict: &mut Verdict) -> Result<(), Reject> {
    let plain = base64::engine::general_purpose::STANDARD.decode(secret).map_err(|_| Reject::Name)?;
    let (name, password) = plain.split_once_str(":").ok_or(Reject::Name)?;
    if !name.iter().chain(password).all(|b| (b' '..=b'~').contains(b))
        || name.is_empty() && password.is_empty()
    {
        return Err(Reject::Name);
    }
    // Some services take a token as the name and nothing, or an `x`, as the password.
    let is_random = random::is_random(name) && name.len() >= 16;
    if password.len() < 2 && !is_random {
        // An OAuth client that keeps no secret says who it is in this way.
        verdict.lower_to(Confidence::Low, "a name without a password");
    }
    let secret = if password.len() < 2 || is_random { name } else { password };
    // Nothing else has this form, so that a stand-in is one that somebody encoded and that some server takes.
    let note = match password::judge(secret, Setting { config: true, ..Setting::default() }) {
        Err(Reject::Placeholder(why)) => Some(why),
        other => other?.1,
    };
    if let Some(note) = note {
        verdict.soften(note);
    }
    Ok(())
}

/// A password: whatever somebody chose.
fn judge_password(
    secret: &[u8],
    setting: Setting,
    site: &Site<'_>,
    m: &Match,
    verdict: &mut Verdict,
) -> Result<(), Reject> {
    let path = site.path;
    let test = is_example_path(path) || site.is_unit_test(m.whole.start);
    let named = &site.text[names::around(site.text, m.whole.start..m.whole.start)];
    if !test && !is_config(path) && password::spells(named, secret) {
        return Err(Reject::Name);
    }
    let (confidence, note) = password::judge(secret, Setting { test, ..setting })?;
    match note {
        Some(note) if confidence == Confidence::Medium => verdict.soften(note),
        Some(note) => verdict.lower_to(confidence, note),
        None => {}
    }
    if is_prose(path) {
        // What is no word is as good as elsewhere, but opens less.
        verdict.soften(IN_PROSE);
    }
    Ok(())
}

/// Whether the secret looks like one.
fn looks(
    rule: &Rule,
    pattern: &Pattern,
    site: &Site<'_>,
    secret: &[u8],
    verdict: &mut Verdict,
) -> Result<(), Reject> {
    if placeholder::documented(secret) || is_rule_example(rule, secret) {
        return Err(Reject::Documented);
    }
    if verdict.checksum == Checksum::Valid {
        return Ok(());
    }
    // Some tokens begin with `$`, as references do; their anchor says that they are none.
    if !rule.anchors.iter().any(|a| secret.contains_str(a)) && reference::is_reference(secret) {
        return Err(Reject::Reference);
    }
    // A password that somebody chose stands in a URL, and no token.
    let is_chosen = rule.checksum == Some("url-host") && rule.entropy.is_none();
    if has_placeholder_word(rule, secret)
        || pattern.excludes(secret)
        || is_chosen && (password::stands_in(secret) || password::names_itself(secret, site.path))
    {
        return Err(Reject::Excluded);
    }
    let part = variable_part(rule, secret);
    if let Some(why) = placeholder::placeholder(part, true) {
        // Who audits wants to see what has all of an issuer's shape; a generic shape is anybody's.
        let doubt = why.doubt().filter(|_| !rule.is_generic()).ok_or(Reject::Placeholder(why.reason()))?;
        if why == Placeholder::Sequence && is_written_over(secret) {
            verdict.lower_to(Confidence::Medium, WRITTEN_OVER);
        } else {
            verdict.lower_to(Confidence::Low, doubt);
        }
    }
    if !has_charset(rule, secret) {
        return Err(Reject::Charset);
    }
    if rule.entropy.is_some_and(|least| placeholder::entropy(secret) < least) {
        if rule.is_generic() {
            return Err(Reject::Entropy);
        }
        verdict.lower_to(Confidence::Low, "looks made up: less random than others of its kind");
    }
    // What is kept of a password has rules of its own.
    let is_kept = || {
        nonsecret::is_crypt(secret)
            || nonsecret::is_encoded_crypt(secret)
            || password::decoded(secret).is_some_and(|text| nonsecret::is_constant(&text))
    };
    if rule.checksum == Some("random") && (!random::is_random(secret) || is_kept()) {
        return Err(Reject::Words);
    }
    Ok(())
}

/// What is left of a secret without the prefix that all of its kind share.
fn variable_part<'s>(rule: &Rule, secret: &'s [u8]) -> &'s [u8] {
    let behind =
        rule.anchors.iter().filter_map(|a| secret.strip_prefix(a.as_bytes())).min_by_key(|rest| rest.len());
    behind.filter(|rest| rest.len() >= 12).unwrap_or_else(|| placeholder::variable_part(secret))
}

/// Whether a secret holds every kind of character that the rule demands.
fn has_charset(rule: &Rule, secret: &[u8]) -> bool {
    rule.charset.iter().all(|kind| secret.iter().any(|b| is_kind(*kind, *b)))
}

fn is_kind(kind: CharKind, b: u8) -> bool {
    match kind {
        CharKind::Digit => b.is_ascii_digit(),
        CharKind::Upper => b.is_ascii_uppercase(),
        CharKind::Lower => b.is_ascii_lowercase(),
        CharKind::Symbol => !b.is_ascii_alphanumeric(),
    }
}

/// Prefix of placeholders that name a whole value by its hash.
const HASH: &str = "sha256:";

fn is_rule_example(rule: &Rule, secret: &[u8]) -> bool {
    let mut hashes = rule.placeholders.iter().filter_map(|p| p.strip_prefix(HASH)).peekable();
    hashes.peek().is_some() && {
        let own = format!("{:016x}", placeholder::known_hash(secret));
        hashes.any(|h| h == own)
    }
}

fn has_placeholder_word(rule: &Rule, secret: &[u8]) -> bool {
    let words = rule.placeholders.iter().filter(|p| !p.starts_with(HASH));
    words.into_iter().any(|w| contains_ignoring_case(secret, w.as_bytes()))
}

fn contains_ignoring_case(text: &[u8], word: &[u8]) -> bool {
    word.is_empty() || text.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word))
}

fn judge_context(rule: &Rule, text: &[u8], m: &Match, verdict: &mut Verdict) -> Result<(), Reject> {
    let Some(context) = &rule.context else { return Ok(()) };
    let within = context.within as usize;
    let near = &text[m.whole.start.saturating_sub(within)..text.len().min(m.whole.end + within)];
    steps::count(near.len());
    if context.words.iter().any(|w| contains_ignoring_case(near, w.as_bytes())) {
        return Ok(());
    }
    if context.required {
        return Err(Reject::Context);
    }
    verdict.lower_to(Confidence::Low, NO_CONTEXT);
    Ok(())
}

fn judge_checksum(rule: &Rule, secret: &[u8], verdict: &mut Verdict) {
    let is_vouched_for = rule.context.as_ref().is_some_and(|context| context.required)
        && rule.is_generic()
        && (secret.ends_with(b"=") || random::is_random(secret));
    match verdict.checksum {
        Checksum::Valid => verdict.confidence = Confidence::High,
        // What must stand around it says what it is.
        Checksum::Invalid if is_vouched_for => {
            verdict.lower_to(Confidence::Medium, "not of the form that its documentation gives")
        }
        Checksum::Invalid => {
            verdict.lower_to(Confidence::Low, "its checksum or structure does not fit: edited or fake")
        }
        Checksum::None => {}
    }
}
