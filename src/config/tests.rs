//! Configs as a user writes them; the JSON schema held against the parser.

use std::sync::LazyLock;

use bstr::BStr;
use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

use super::{Config, Day, Subject, parse};
use crate::finding::Fingerprint;
use crate::matcher::placeholder::known_hash;
use crate::rule::{self, Confidence, Severity};

const RULE: &str = r#"
[[rule]]
id = "acme-key"
description = "Acme key"
severity = "high"
anchors = ["acme_"]
pattern = 'acme_[a-z0-9]{32}'
"#;

fn right(text: &str) -> Config {
    parse("t.toml", text).unwrap_or_else(|e| panic!("{text}\n{}", e[0]))
}

fn wrong(text: &str) -> String {
    let errors = parse("t.toml", text).err().unwrap_or_else(|| panic!("is accepted: {text}"));
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn an_empty_config_changes_nothing() {
    let config = right("");
    assert_eq!(config.hash(), Config::default().hash());
    assert_eq!(config.rule_set(rule::embedded()).len(), rule::embedded().len());
}

#[test]
fn rules_are_added_replaced_overridden_and_switched_off() {
    let config = right(&format!(
        "[rules]\ndisable = ['jwt']\n{RULE}\n[[override]]\nrule = 'acme-key'\nseverity = 'low'\n\
         [[override]]\nrule = 'npm-access-token'\nconfidence = 'low'\n"
    ));
    let rules = config.rule_set(rule::embedded());
    let of = |id: &str| rules.iter().find(|r| r.id == id);
    assert!(of("jwt").is_none());
    let acme = of("acme-key").unwrap();
    assert_eq!((acme.severity, acme.confidence, acme.max_len), (Severity::Low, Confidence::High, 37));
    let npm = of("npm-access-token").unwrap();
    let built_in = rule::embedded().iter().find(|r| r.id == npm.id).unwrap();
    assert_eq!((npm.severity, npm.confidence), (built_in.severity, Confidence::Low));
    assert_eq!(npm.pattern, built_in.pattern);
    let alone = right(&format!("inherit = false\n{RULE}"));
    assert_eq!(alone.rule_set(rule::embedded()).len(), 1);
}

#[test]
fn errors_have_places() {
    for (text, expected) in [
        ("x = 1", "t.toml:1:1: unknown field"),
        ("confidence = 'hush'", "t.toml:1:14: unknown word"),
        ("\n[[allow]]\npaths = ['a']", "t.toml:2:1: missing field `reason`"),
        ("[[allow]]\nreason = ' '\npaths = ['a']", "t.toml:2:10: the reason is empty"),
        ("[[allow]]\nreason = 'x'", "t.toml:1:1: allows everything"),
        ("[[allow]]\nreason = 'x'\nrules = []", "t.toml:3:9: `rules` is empty"),
        ("[[allow]]\nreason = 'é'\nvalues = ['sha256:1', 'hush']", "t.toml:3:23: a value begins with"),
        ("[[allow]]\nreason = 'x'\npaths = ['a[']", "t.toml:3:10: no path pattern"),
        ("[[allow]]\nreason = 'x'\nvalues = ['regex:(']", "t.toml:3:11: bad pattern"),
        ("[[allow]]\nreason = 'x'\nlines = ['regex:x*']", "t.toml:3:10: the pattern matches everything"),
        ("[[allow]]\nreason = 'x'\ncommits = ['abc']", "t.toml:3:12: a commit is"),
        ("[[allow]]\nreason = 'x'\nrules = ['a']\nexpires = 2027-01-31T10:00:00", "t.toml:4:11: `expires`"),
        ("[[allow]]\nreason = 'x'\nrules = ['a']\nexpires = 2027-02-31", "t.toml:4:11: invalid date"),
        ("[[override]]\nrule = 'jwt'", "t.toml:2:8: an override has"),
        ("confidence = 'low'\n\n[[rule]]\nid = 'a'\nx = 1", "t.toml:5:1: unknown field `x`"),
        ("[rules]\ndisable = ['a']\nenable = 1", "t.toml:3:1: unknown field"),
        ("a = \"\\u001b[31m\"\na = 1", "t.toml:2:1: duplicate key"),
    ] {
        let error = wrong(text);
        assert!(error.contains(expected), "{text}\n{error}");
        assert!(!error.contains("hush"), "{error}");
    }
    let bad = RULE.replace("[a-z0-9]", "[a-z");
    assert!(wrong(&bad).starts_with("t.toml:3:6: rule acme-key: "), "{}", wrong(&bad));
    assert!(wrong(&format!("{RULE}{RULE}")).contains("two rules of the name acme-key"));
    let several = "[[allow]]\nreason = ''\npaths = ['a[']\n[[override]]\nrule = 'jwt'";
    assert_eq!(wrong(several).lines().count(), 3);
}

#[test]
fn all_keys_of_an_allowance_must_fit() {
    let value = b"some value or other";
    let config = right(&format!(
        "[[allow]]\nrules = ['a', 'b']\npaths = ['x/', '*.md']\nvalues = ['sha256:{:016x}', 'regex:^zz']\n\
         commits = ['ABCDEF1']\nlines = ['regex:key']\nreason = 'r'\n",
        known_hash(value)
    ));
    let fits = Subject {
        rule: "b",
        value: Some(value),
        path: BStr::new("x/y"),
        commit: Some("abcdef1234"),
        line: b"key = ...",
    };
    let covers = |subject: &Subject<'_>| config.allowances[0].covers(subject);
    assert!(covers(&fits));
    assert!(covers(&Subject { path: BStr::new("d/a.md"), value: Some(b"zz"), ..fits }));
    for other in [
        Subject { rule: "c", ..fits },
        Subject { value: Some(b"another"), ..fits },
        Subject { value: None, ..fits },
        Subject { path: BStr::new("y/x.rs"), ..fits },
        Subject { commit: None, ..fits },
        Subject { commit: Some("bbcdef1234"), ..fits },
        Subject { line: b"", ..fits },
    ] {
        assert!(!covers(&other));
    }
    let by_fingerprint = format!("fingerprint:{}", Fingerprint::of("b", value).as_str());
    let config = right(&format!("[[allow]]\nvalues = ['{by_fingerprint}']\nreason = 'r'"));
    assert!(
        config.allowances[0].covers(&fits) && !config.allowances[0].covers(&Subject { rule: "a", ..fits })
    );
}

#[test]
fn an_allowance_ends_with_its_last_day() {
    let text = "\n[[allow]]\nrules = ['jwt']\nreason = 'moving away'\nowner = 'ann'\nexpires = 2027-01-31";
    let config = right(text);
    assert!(config.expired(day("2027-01-31")).is_empty());
    let late = config.expired(day("2027-02-01"));
    let expected = "t.toml:2:1: this allowance ran out on 2027-01-31 (moving away, owner: ann)";
    assert_eq!(late[0].to_string(), expected);
}

#[test]
fn layers_add_up() {
    let below = right(
        "confidence = 'low'\n[rules]\ndisable = ['jwt', 'acme-key']\n[[override]]\nrule = 'npmrc-auth'\nseverity = 'low'\n\
         [[allow]]\nrules = ['jwt']\nreason = 'a'",
    );
    let over = right(&format!(
        "[[override]]\nrule = 'npmrc-auth'\nconfidence = 'low'\n[[allow]]\nrules = ['jwt']\nreason = 'b'\n{RULE}"
    ));
    let both = below.clone().layer(over.clone());
    assert_eq!(both.confidence, Some(Confidence::Low));
    assert_eq!(both.allowances.len(), 2);
    assert!(both.is_disabled("jwt") && !both.is_disabled("acme-key"), "a rule that is brought is on");
    let npm = both.override_of("npmrc-auth").unwrap();
    assert_eq!((npm.severity, npm.confidence), (Some(Severity::Low), Some(Confidence::Low)));
    let alone = right("inherit = false");
    assert_eq!(both.clone().layer(alone.clone()).hash(), alone.hash());
    assert_eq!(Config::default().layer(over.clone()).hash(), over.hash());
    assert_eq!(over.clone().layer(over.clone()).hash(), over.hash());
}

#[test]
fn names_of_rules_are_checked_over_all_layers() {
    let over = right("[[override]]\nrule = 'acme-key'\nseverity = 'low'\n[rules]\ndisable = ['jtw']");
    let unknown = |config: &Config| -> Vec<String> {
        config.unknown_rules(rule::embedded()).iter().map(ToString::to_string).collect()
    };
    assert_eq!(unknown(&over).len(), 2);
    let both = right(RULE).layer(over);
    assert_eq!(unknown(&both), ["t.toml:5:12: there is no rule `jtw`"]);
    assert!(unknown(&right("[rules]\ndisable = ['dotenv-file']")).is_empty());
}

#[test]
fn the_hash_follows_the_meaning() {
    let one = right(
        "confidence = 'low'\n[rules]\ndisable = ['a', 'b']\n[[allow]]\nrules = ['x', 'y']\nreason = 'r'",
    );
    let same = right(
        "# c\nconfidence = \"low\"\nallow = [{ reason = 'r', rules = ['y', 'x'] }]\nrules.disable = ['b', 'a']",
    );
    assert_eq!(one.hash(), same.hash());
    assert_eq!(one.hash().len(), 16);
    assert_ne!(one.hash(), right("confidence = 'low'\n[rules]\ndisable = ['a', 'b']").hash());
    assert_ne!(right(RULE).hash(), right(&RULE.replace("{32}", "{33}")).hash());
    assert_eq!(right(RULE).hash(), right(&format!("# x\n{}", RULE.replace('\'', "'''"))).hash());
}

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let text = include_str!("../../docs/schema/config.schema.json");
    jsonschema::draft202012::new(&serde_json::from_str(text).unwrap()).unwrap()
});

/// What an editor that knows the schema says of a config.
fn fits_schema(text: &str) -> bool {
    fn json(value: toml::Value) -> serde_json::Value {
        match value {
            toml::Value::Datetime(date) => date.to_string().into(),
            toml::Value::Array(items) => items.into_iter().map(json).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(k, v)| (k, json(v))).collect(),
            other => serde_json::to_value(other).unwrap(),
        }
    }
    SCHEMA.is_valid(&json(toml::Value::Table(toml::from_str(text).unwrap())))
}

#[test]
fn the_schema_and_the_parser_agree() {
    let full_rule = format!(
        "{RULE}confidence = 'low'\nignore_case = true\nscope = 'run'\nnames = ['acmekey']\nleft = ''\nright = ''\n\
         max_len = 100\nchecksum = 'jwt'\ncontext = {{ words = ['a'], within = 3, required = true }}\n\
         with = {{ rule = 'jwt', within = 4 }}\nfiles = ['*.x']\nentropy = 3.5\ncharset = ['digit', 'upper', 'lower', 'symbol']\n\
         placeholders = ['a']\nexclude = ['b']\noverrides = ['c']\nreferences = ['d']\nrevoke = 'e'\nremediation = 'f'\n\
         samples = ['a', {{ path = 'p', text = 't' }}]\ncounter_samples = []\n"
    );
    let allow = |rest: &str| format!("[[allow]]\nreason = 'x'\n{rest}");
    let valid = [
        String::new(),
        "inherit = false\nconfidence = 'low'\n[rules]\ndisable = ['a']".into(),
        RULE.into(),
        full_rule,
        "[[override]]\nrule = 'a'\nseverity = 'info'\nconfidence = 'high'".into(),
        allow("rules = ['a']\nowner = 'o'\nexpires = 2027-01-31"),
        allow("paths = ['a/**', 'regex:b']\nlines = ['regex:a']\ncommits = ['abcdef0']"),
        allow(&format!(
            "values = ['sha256:{}', 'sha1:{}', 'regex:a', 'fingerprint:{}']",
            "0".repeat(16),
            "a".repeat(40),
            "b".repeat(32)
        )),
    ];
    for text in valid {
        right(&text);
        assert!(fits_schema(&text), "{text}");
    }
    let invalid = [
        "inherit = 'no'".into(),
        "confidence = 'sure'".into(),
        "x = 1".into(),
        "rules = ['a']".into(),
        "[rules]\ndisable = 'a'".into(),
        "[rules]\nenable = ['a']".into(),
        "[[rule]]\nid = 'a'".into(),
        format!("{RULE}x = 1"),
        format!("{RULE}severity2 = 1"),
        format!("{RULE}max_len = -1"),
        format!("{RULE}context = {{ words = ['a'] }}"),
        format!("{RULE}samples = [1]"),
        "[[override]]\nseverity = 'low'".into(),
        "[[override]]\nrule = 'a'".into(),
        "[[override]]\nrule = 'a'\nseverity = 'bad'".into(),
        "[[allow]]\nrules = ['a']".into(),
        allow(""),
        allow("owner = 'o'"),
        allow("rules = []"),
        allow("values = ['clear']"),
        allow("values = ['sha256:12']"),
        allow("lines = ['a']"),
        allow("commits = ['xyz']"),
        allow("rules = ['a']\nexpires = 2027-01-31T00:00:00"),
        allow("rules = ['a']\nexpires = true"),
        "[[allow]]\nreason = ''\nrules = ['a']".into(),
    ];
    for text in invalid {
        wrong(&text);
        assert!(!fits_schema(&text), "{text}");
    }
}

#[test]
fn many_entries_on_one_line_take_no_time() {
    let text = format!("[rules]\ndisable = [{}]", "'a',".repeat(100_000));
    assert_eq!(right(&text).disabled.len(), 100_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_ends_without_a_panic(text in "\\PC{0,200}") {
        if let Err(errors) = parse("t", &text) {
            prop_assert!(!errors.is_empty());
        }
    }

    #[test]
    fn texts_of_keys_end_without_a_panic(
        lines in proptest::collection::vec(
            "(\\[\\[(allow|rule|override)\\]\\]|\\[(rules|rule.with)\\]|(reason|paths|values|lines|commits|rules|expires|id|pattern|disable) = (\\['(regex:|sha256:)?[a-c(*]{0,4}'\\]|'[a-c]*'|2027-01-0[0-9]|1))",
            0..12,
        ),
    ) {
        let _ = parse("t", &lines.join("\n"));
    }

    #[test]
    fn order_is_no_part_of_the_hash(
        mut names in proptest::collection::vec("[a-z]{1,4}", 1..6),
        mut reasons in proptest::collection::vec("[a-z]{1,4}", 1..6),
    ) {
        let text = |names: &[String], reasons: &[String]| {
            let allow: String = reasons.iter().map(|r| format!("[[allow]]\nreason = '{r}'\nrules = ['x']\n")).collect();
            format!("rules.disable = ['{}']\n{allow}", names.join("','"))
        };
        let one = right(&text(&names, &reasons)).hash();
        names.reverse();
        reasons.reverse();
        prop_assert_eq!(one, right(&text(&names, &reasons)).hash());
    }
}
