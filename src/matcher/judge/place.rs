//! What the place of a match says of it: the host behind a password, the folder, what stands near.
//!
//! Takes a match that the other tests let pass; lowers its confidence or its severity, and says why.

use bstr::{BStr, ByteSlice};

use super::{IN_PROSE, Verdict};
use crate::finding::Checksum;
use crate::matcher::pattern::Match;
use crate::matcher::site::{Site, is_example_host, is_example_path, is_local_host, is_prose, is_sentry_host};
use crate::matcher::{checksum, setting, steps};
use crate::rule::{Confidence, Rule};

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
    if rule.checksum == Some("random") || rule.id == "algolia-api-key" {
        published(text, m, verdict);
    }
    if rule.checksum == Some("jwt") && rule.is_generic() {
        jwt(&text[m.secret.clone()], site.now, verdict);
    }
    let is_test = is_example_path(path);
    let is_word = rule.checksum == Some("word") && (is_test || site.is_unit_test(m.whole.start));
    if is_word {
        // A form that anyone can fill: most of these are made up.
        verdict.lower_to(Confidence::Low, IN_TESTS);
    } else if rule.is_by_name() && (is_test || site.is_unit_test(m.whole.start))
        || is_test && matches!(rule.checksum, Some("jwt" | "basic-auth" | "url-host"))
    {
        if rule.checksum == Some("url-host") && m.secret.len() < SHORTEST_CHOSEN {
            verdict.lower_to(Confidence::Low, IN_TESTS);
        } else {
            // A literal as sure as elsewhere, but most of them open nothing outside of the test.
            verdict.soften(IN_TESTS);
        }
    } else if is_test && verdict.confidence == Confidence::High {
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

/// A value that only its name tells of: some are published on purpose.
fn published(text: &[u8], m: &Match, verdict: &mut Verdict) {
    let near = &text[m.whole.start.saturating_sub(200)..text.len().min(m.whole.end + 200)];
    steps::count(near.len());
    if near.contains_str("indexName") {
        verdict.lower_to(Confidence::Low, "a key for searching with Algolia, which pages hold openly");
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
