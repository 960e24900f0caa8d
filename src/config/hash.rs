//! The name of a policy: two configs of the same meaning have the same hash, however they are laid out.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{Allowance, Config, Override, hex};

/// A config in one form: all lists sorted, no places.
#[derive(Serialize)]
struct Canonical<'a> {
    inherit: bool,
    confidence: Option<&'a str>,
    disabled: Vec<&'a str>,
    rules: Vec<&'a str>,
    overrides: Vec<(&'a str, Option<&'a str>, Option<&'a str>)>,
    allowances: Vec<CanonicalAllowance<'a>>,
}

/// An allowance in one form.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct CanonicalAllowance<'a> {
    keys: Vec<(&'a str, Vec<&'a str>)>,
    reason: &'a str,
    owner: Option<&'a str>,
    expires: Option<String>,
}

impl Config {
    /// 16 hex digits that name the policy. Order, layout and comments do not count; reasons, owners and
    /// days do.
    pub fn hash(&self) -> String {
        let canonical = Canonical {
            inherit: self.inherit,
            confidence: self.confidence.map(|c| c.as_str()),
            disabled: sorted(self.disabled.iter().map(|n| n.id.as_str())),
            rules: sorted(self.rules.iter().map(|own| own.written.as_str())),
            overrides: sorted(self.overrides.iter().map(of_override)),
            allowances: sorted(self.allowances.iter().map(of_allowance)),
        };
        let text = serde_json::to_vec(&canonical).unwrap_or_default();
        hex(&Sha256::digest(text)[..8])
    }
}

fn of_override(one: &Override) -> (&str, Option<&str>, Option<&str>) {
    (&one.rule.id, one.severity.map(|s| s.as_str()), one.confidence.map(|c| c.as_str()))
}

fn of_allowance(one: &Allowance) -> CanonicalAllowance<'_> {
    let keys = one.written.iter().map(|(key, entries)| (*key, sorted(entries.iter().map(String::as_str))));
    CanonicalAllowance {
        keys: sorted(keys),
        reason: &one.reason,
        owner: one.owner.as_deref(),
        expires: one.expires.map(|day| day.to_string()),
    }
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort();
    items.dedup();
    items
}
