//! Several configs, one over the other, and what they make of the rules.

use super::{Config, ConfigError, Day, Named, Override};
use crate::rule::{self, Context, Partner, Rule};

impl Config {
    /// This config with `over` on top: `over` adds to it and wins where both speak; where `over` does not
    /// inherit, it stands alone.
    #[must_use]
    pub fn layer(self, over: Self) -> Self {
        if !over.inherit {
            return over;
        }
        let brings = |id: &str| over.rules.iter().any(|own| own.rule.id == id);
        let names = |id: &str| over.disabled.iter().any(|named| named.id == id);
        let disabled = self.disabled.into_iter().filter(|n| !brings(&n.id) && !names(&n.id));
        let rules = self.rules.into_iter().filter(|own| !brings(own.rule.id));
        Self {
            inherit: self.inherit,
            confidence: over.confidence.or(self.confidence),
            disabled: disabled.chain(over.disabled.iter().cloned()).collect(),
            rules: rules.chain(over.rules.iter().cloned()).collect(),
            overrides: layer_overrides(self.overrides, over.overrides),
            allowances: self.allowances.into_iter().chain(over.allowances).collect(),
        }
    }

    /// The rules in force: those built in (unless the config does not inherit) and the config's own, less
    /// those switched off, with severities and confidences as overridden.
    pub fn rule_set(&self, built_in: &'static [Rule]) -> Vec<&'static Rule> {
        let inherited = if self.inherit { built_in } else { &[] };
        let replaced = |rule: &&Rule| !self.rules.iter().any(|own| own.rule.id == rule.id);
        let own = self.rules.iter().map(|own| own.rule);
        let all = inherited.iter().filter(replaced).chain(own);
        all.filter(|rule| !self.is_disabled(rule.id)).map(|rule| self.overridden(rule)).collect()
    }

    /// Whether a rule is switched off.
    pub fn is_disabled(&self, rule: &str) -> bool {
        self.disabled.iter().any(|named| named.id == rule)
    }

    /// The override of a rule.
    pub fn override_of(&self, rule: &str) -> Option<&Override> {
        self.overrides.iter().find(|one| one.rule.id == rule)
    }

    /// An error for each name of a rule that is neither built in nor brought by a config. Ask the layers
    /// as a whole: one may name the rules of another.
    pub fn unknown_rules(&self, built_in: &[Rule]) -> Vec<ConfigError> {
        let is_known = |id: &str| {
            id == rule::DOTENV.id
                || built_in.iter().any(|rule| rule.id == id)
                || self.rules.iter().any(|own| own.rule.id == id)
        };
        let named = self.disabled.iter();
        let named = named.chain(self.overrides.iter().map(|one| &one.rule));
        let named = named.chain(self.allowances.iter().flat_map(|allow| &allow.rules));
        named.filter(|n| !is_known(&n.id)).map(unknown).collect()
    }

    /// A warning for each allowance that no longer applies.
    pub fn expired(&self, today: Day) -> Vec<ConfigError> {
        let gone = self.allowances.iter().filter(|allow| !allow.is_in_force(today));
        gone.filter_map(|a| Some(ConfigError::new(a.place.clone(), a.expired()?))).collect()
    }

    fn overridden(&self, rule: &'static Rule) -> &'static Rule {
        let Some(over) = self.override_of(rule.id) else { return rule };
        Box::leak(Box::new(Rule {
            severity: over.severity.unwrap_or(rule.severity),
            confidence: over.confidence.unwrap_or(rule.confidence),
            context: rule.context.as_ref().map(|c| Context { ..*c }),
            with: rule.with.as_ref().map(|w| Partner { ..*w }),
            ..*rule
        }))
    }
}

fn unknown(named: &Named) -> ConfigError {
    ConfigError::new(named.place.clone(), format!("there is no rule `{}`", named.id))
}

/// The overrides of both; where both speak of a rule, what the upper one leaves open is the lower one's.
fn layer_overrides(below: Vec<Override>, over: Vec<Override>) -> Vec<Override> {
    let mut all = below;
    for one in over {
        match all.iter_mut().find(|o| o.rule.id == one.rule.id) {
            Some(lower) => {
                *lower = Override {
                    severity: one.severity.or(lower.severity),
                    confidence: one.confidence.or(lower.confidence),
                    rule: one.rule,
                };
            }
            None => all.push(one),
        }
    }
    all
}
