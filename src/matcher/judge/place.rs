//! What the place of a match says of it: the host behind a password, the folder, what stands near.
//!
//! Takes a match that the other tests let pass; lowers its confidence or its severity, and says why.

use bstr::BStr;

use super::{IN_PROSE, Verdict, open};
use crate::finding::Checksum;
use crate::matcher::pattern::Match;
use crate::matcher::site::{Site, is_example_host, is_example_path, is_local_host, is_prose, is_sentry_host};
use crate::matcher::{checksum, setting};
use crate::rule::{Confidence, Rule, Severity};

/// The remark on a match that stands in a test.
const IN_TESTS: &str = "in a path of tests or examples";

/// Shorter passwords in URLs of tests, in bytes, are there for the sake of the URL.
const SHORTEST_CHOSEN: usize = 6;

/// What the surroundings say: the host of a URL, and the path of the file.
pub(super) fn judge(rule: &Rule, site: &Site<'_>, m: &Match, verdict: &mut Verdict) {
    let (text, path) = (site.text, site.path);
    if verdict.checksum == Checksum::Valid {
        return;
    }
    if rule.checksum == Some("url-host") {
        host(&text[m.secret.end..], path, verdict);
    }
    if (rule.checksum == Some("random") || rule.id == "algolia-api-key")
        && let Some(note) = open::why(text, &m.secret, setting::is_config(path))
    {
        verdict.lower_to(Confidence::Low, note);
    }
    if rule.checksum == Some("jwt") && rule.is_generic() {
        jwt(&text[m.secret.clone()], site.now, verdict);
    }
    if is_example_path(path) || rule.is_by_name() && site.is_unit_test(m.whole.start) {
        in_tests(rule, m, verdict);
    }
}

/// What stands in a test is a literal as sure as elsewhere, but most of these open nothing outside of it. Not so
/// what an issuer gave.
fn in_tests(rule: &Rule, m: &Match, verdict: &mut Verdict) {
    let is_short_url = rule.checksum == Some("url-host") && m.secret.len() < SHORTEST_CHOSEN;
    let is_account = rule.context.as_ref().is_some_and(|context| context.required);
    let is_softened = rule.is_own() || rule.is_by_name();
    if is_short_url || rule.checksum == Some("word") {
        // A form that anyone can fill: most of these are made up.
        verdict.lower_to(Confidence::Low, IN_TESTS);
    } else if matches!(rule.checksum, Some("pem" | "der" | "jwk")) && !is_account {
        verdict.severity = verdict.severity.min(Severity::Medium);
        verdict.lower_to(Confidence::Medium, IN_TESTS);
    } else if is_softened {
        verdict.soften(IN_TESTS);
    } else if verdict.confidence == Confidence::High {
        verdict.lower_to(Confidence::Medium, IN_TESTS);
    }
}

/// The password or token in a URL: what its host tells of who could use it.
fn host(rest: &[u8], path: &BStr, verdict: &mut Verdict) {
    if is_sentry_host(rest) {
        verdict.lower_to(Confidence::Low, "an address for error reports, which programs hold openly");
    } else if is_example_host(rest) {
        verdict.lower_to(Confidence::Low, "the host is an example");
    } else if is_local_host(rest) && !setting::is_config(path) {
        // What runs on a machine of one's own is written into its configuration with the password that works.
        verdict.soften("the host is local");
    } else if is_prose(path) {
        verdict.soften(IN_PROSE);
    }
}

/// A JSON web token that opens nothing any more, or never did.
fn jwt(token: &[u8], now: u64, verdict: &mut Verdict) {
    match checksum::jwt_weakness(token, now) {
        Some(note @ checksum::UNSIGNED) => verdict.lower_to(Confidence::Low, note),
        // Whoever made it can make another with the same key; that it was not kept apart is what counts.
        Some(note) => verdict.soften(note),
        None => {}
    }
}
