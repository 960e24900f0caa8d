//! Files of a user or of another tool: rules, configuration, baselines, and the lines of a push.

use crate::config;
use crate::migrate::{self, Kind, Source};
use crate::rule;
use crate::source::repository::parse_pushes;
use crate::suppress::{Baseline, detect_secrets, gitleaks_report, gitleaksignore};

/// A rule file. What passes its check can be loaded, and each of its patterns compiles.
pub(super) fn rule_files(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let problems = rule::check::check("rules.toml", text);
    assert!(problems.iter().all(|p| p.at.0 >= 1 && p.at.1 >= 1));
    if problems.is_empty() {
        assert!(rule::load("rules.toml", text).is_ok());
    }
}

/// The configuration.
pub(super) fn configs(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match config::parse("tokensieve.toml", text) {
        Ok(config) => {
            config.hash();
            config.rule_set(rule::embedded());
            let layered = config.clone().layer(config.clone());
            assert_eq!(layered.inherit, config.inherit);
        }
        Err(errors) => assert!(!errors.is_empty()),
    }
}

/// Baselines and the files of other scanners, whichever the first byte says.
pub(super) fn foreign(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    match kind % 6 {
        0 => baseline(text),
        1 => {
            gitleaksignore("x", text);
            migrated(Kind::GitleaksIgnore, text);
        }
        2 => migrated(Kind::GitleaksConfig, text),
        3 => {
            gitleaks_report("x", text).ok();
        }
        4 => {
            detect_secrets("x", text).ok();
        }
        _ => migrated(Kind::DetectSecrets, text),
    }
}

/// What is read is written again as the same.
fn baseline(text: &str) {
    let Ok(baseline) = Baseline::parse("x", text) else { return };
    let written = baseline.to_json();
    assert!(Baseline::parse("x", &written).is_ok_and(|again| again == baseline), "{written}");
}

/// What is written is a configuration: the errors are about the file, not about that.
fn migrated(kind: Kind, text: &str) {
    if let Err(errors) = migrate::migrate(&[Source { kind, file: "x", text }], &[]) {
        assert!(errors.iter().all(|e| e.place.file == "x"), "{errors:?}");
    }
}

/// What git hands to a hook.
pub(super) fn pushes(data: &[u8]) {
    if let Ok(pushes) = parse_pushes(data) {
        assert!(pushes.len() <= data.len() / 80);
        assert!(pushes.iter().all(|p| [&p.new, &p.old].iter().all(|id| matches!(id.len(), 40 | 64))));
    }
}
