//! The `rules` command.

use serde_json::Value;
use tokensieve::rule::sample::fill;

use super::util::{Scratch, paths, token};

#[test]
fn rules_are_listed_and_explained() {
    let scratch = Scratch::new();
    let list: Value =
        serde_json::from_str(&scratch.run(&["rules", "list", "--format", "json"]).stdout).unwrap();
    assert!(list.as_array().unwrap().len() > 250);
    assert!(scratch.run(&["rules", "list"]).stdout.contains("github-pat-classic"));
    let shown = scratch.run(&["rules", "show", "github-pat-classic"]).stdout;
    assert!(shown.contains("https://github.com/settings/tokens"), "{shown}");
    assert_eq!(scratch.run(&["rules", "show", "nonsense"]).code, 2);
}

#[test]
fn errors_of_a_rule_file_name_file_line_and_column() {
    let scratch = Scratch::new();
    scratch.write("bad-key.toml", "provider = \"X\"\n[[rule]]\nid = \"x\"\nnonsense = 1\n");
    let run = scratch.run(&["rules", "check", "bad-key.toml"]);
    assert_eq!(run.code, 2);
    assert!(run.stdout.starts_with("bad-key.toml:4:1:"), "{}", run.stdout);

    let rule = |pattern: &str, sample: &str| {
        format!(
            "provider = \"X\"\n\n[[rule]]\nid = \"x-key\"\ndescription = \"key\"\nseverity = \"high\"\n\
             anchors = [\"xkey_\"]\npattern = '{pattern}'\nsamples = ['{sample}', 'k: {sample}']\ncounter_samples = ['xkey_']\n"
        )
    };
    scratch.write("bad-regex.toml", rule("xkey_(", "xkey_${alnum:30}"));
    let run = scratch.run(&["rules", "check", "bad-regex.toml"]);
    assert!(run.stdout.starts_with("bad-regex.toml:4:"), "{}", run.stdout);

    scratch.write("bad-anchor.toml", rule("[xy]key[_-][a-z0-9]{30}", "ykey-${lowalnum:30}"));
    assert_eq!(scratch.run(&["rules", "check", "bad-anchor.toml"]).code, 2);

    scratch.write("good.toml", rule("xkey_[A-Za-z0-9]{30}", "xkey_${alnum:30}"));
    let run = scratch.run(&["rules", "check", "good.toml"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "good.toml: ok\n"));
}

#[test]
fn rules_of_a_user_are_used_and_wrong_ones_end_with_two() {
    let scratch = Scratch::new();
    let text = "provider = \"Corp\"\n\n[[rule]]\nid = \"corp-key\"\ndescription = \"key\"\nseverity = \"high\"\n\
                anchors = [\"corpkey_\"]\npattern = 'corpkey_[a-z0-9]{30}'\n\
                samples = ['corpkey_${lowalnum:30}', 'k: corpkey_${lowalnum:30}']\ncounter_samples = ['corpkey_']\n";
    std::fs::write(scratch.home().join("corp.toml"), text).unwrap();
    scratch.write("a", fill("k = corpkey_${lowalnum:30}", 1).unwrap());
    let file = scratch.home().join("corp.toml");
    let (findings, _, code) = scratch.json(&["--rules", file.to_str().unwrap()]);
    assert_eq!((findings[0]["rule"].as_str(), code), (Some("corp-key"), 1));
    std::fs::write(&file, text.replace("severity", "severty")).unwrap();
    let run = scratch.run(&["--rules", file.to_str().unwrap()]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("corp.toml:"), "{}", run.stderr);
}

/// Found by fuzzing: an empty match was no place in the text.
#[test]
fn a_pattern_that_may_match_nothing_finds_nothing_there() {
    let scratch = Scratch::new();
    for (pattern, is_refused) in
        [("x|", true), ("(?P<secret>z{0,9})", true), ("akey_(?P<secret>z{0,9})", false)]
    {
        let rule = format!(
            "provider = \"X\"\n[[rule]]\nid = \"x-key\"\ndescription = \"key\"\nseverity = \"high\"\n\
             anchors = [\"akey_\"]\npattern = '{pattern}'\n\
             samples = ['akey_zzzzzzzzzzzzzzzzzzzzz', 'k: akey_zzzzzzzzzzzzzzzzzzzzz']\ncounter_samples = ['akey_']\n"
        );
        std::fs::write(scratch.home().join("x.toml"), &rule).unwrap();
        let file = scratch.home().join("x.toml");
        let run = scratch.run(&["rules", "check", file.to_str().unwrap()]);
        assert!(!run.stderr.contains("panicked"), "{pattern}: {}", run.stderr);
        assert_eq!(run.stdout.contains("matches the empty text"), is_refused, "{pattern}: {}", run.stdout);
        let config =
            rule.replace("provider = \"X\"\n", "").replace("samples", "# samples").replace("counter_", "# ");
        scratch.write("tokensieve.toml", config).write("a", "akey_ akey_11111111111111111111\n");
        let run = scratch.run(&["dir"]);
        assert!(!run.stderr.contains("panicked") && run.code != 101, "{pattern}: {}", run.stderr);
        assert!(!run.stdout.contains("x-key"), "{pattern}: {}", run.stdout);
        let told = run.stderr.contains("tokensieve.toml:1:1: rule x-key: the pattern matches the empty text");
        assert_eq!((told, run.code == 2), (is_refused, is_refused), "{pattern}: {}", run.stderr);
    }
}

/// A config with one rule of its own, on line 3, which these lines complete.
fn config_rule(lines: &str) -> String {
    format!(
        "confidence = \"low\"\n\n[[rule]]\nid = \"x-key\"\ndescription = \"A key.\"\nseverity = \"high\"\n{lines}\n"
    )
}

#[test]
fn a_rule_in_a_config_that_cannot_find_anything_is_refused_with_its_place() {
    let scratch = Scratch::new();
    let pattern = "pattern = 'akey_[0-9a-f]{20}'";
    for (lines, message) in [
        (format!("anchors = [\"ak\"]\n{pattern}"), "an anchor has at least three bytes"),
        (pattern.to_owned(), "needs anchors, names or files to be found by"),
        (format!("names = [\"A-Key\"]\n{pattern}"), "three letters or more in lower case"),
        (format!("anchors = [\"akey_\"]\nchecksum = \"none\"\n{pattern}"), "no verifier of that name"),
        (format!("files = [\"a[\"]\n{pattern}"), "a glob in `files` is wrong"),
        (format!("scope = \"near\"\n{pattern}"), "a rule of scope `near` is `part_only`"),
        ("anchors = [\"akey_\"]\npattern = 'x{0,9}'".to_owned(), "matches the empty text"),
    ] {
        scratch.write("tokensieve.toml", config_rule(&lines));
        for args in [&["dir"][..], &["config", "check"], &["config", "check", "tokensieve.toml"]] {
            let run = scratch.run(args);
            assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
            assert!(run.stderr.contains("tokensieve.toml:3:1: rule x-key: "), "{}", run.stderr);
            assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
        }
    }
    scratch.write("tokensieve.toml", config_rule(&format!("anchors = [\"akey_\"]\n{pattern}")));
    assert_eq!(scratch.run(&["config", "check"]).code, 0);
}

#[test]
fn the_samples_of_a_rule_in_a_config_are_run() {
    let scratch = Scratch::new();
    let rule = "anchors = [\"akey_\"]\npattern = 'akey_[0-9a-f]{20}'\n";
    for (samples, wrong) in [
        ("samples = ['k: akey_${hex:20}']\ncounter_samples = ['akey_']", None),
        ("samples = ['akey_${hex:20}', 'akey_${hex:19}']", Some("sample 2: not found")),
        ("counter_samples = ['akey_${hex:20}']", Some("counter-sample 1: is found")),
        ("samples = ['akey_${hex}']", Some("sample 1: hole")),
    ] {
        scratch.write("tokensieve.toml", config_rule(&(rule.to_owned() + samples)));
        for args in [&["config", "check"][..], &["config", "check", "tokensieve.toml"]] {
            let run = scratch.run(args);
            assert_eq!(run.code, if wrong.is_some() { 2 } else { 0 }, "{}", run.stderr);
            let message = wrong.map(|wrong| format!("tokensieve.toml:3:1: rule x-key: {wrong}"));
            assert!(message.is_none_or(|message| run.stderr.contains(&message)), "{}", run.stderr);
        }
    }
}

#[test]
fn a_pattern_that_is_too_large_is_refused_with_its_place() {
    let scratch = Scratch::new();
    let rule = "id = \"x-key\"\ndescription = \"key\"\nseverity = \"high\"\nanchors = [\"akey_\"]\n\
                pattern = 'akey_(?:[a-f0-9]{200}){200}'\n";
    let samples = "samples = ['a', 'b']\ncounter_samples = ['akey_']\n";
    let file = scratch.home().join("large.toml");
    std::fs::write(&file, format!("provider = \"X\"\n[[rule]]\n{rule}{samples}")).unwrap();
    let run = scratch.run(&["--rules", file.to_str().unwrap()]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("large.toml:3:") && run.stderr.contains("larger than 1 MiB"),
        "{}",
        run.stderr
    );
    scratch.write("tokensieve.toml", format!("[[rule]]\n{rule}"));
    let run = scratch.run(&["dir"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("tokensieve.toml:2:") && run.stderr.contains("larger than 1 MiB"),
        "{}",
        run.stderr
    );
}

#[test]
fn why_a_text_is_reported_or_not() {
    let scratch = Scratch::new();
    let shown = |text: &str| scratch.run(&["why", text]).stdout;
    let token = super::util::token(1);
    assert!(shown(&format!("x = {token}")).contains("reported  github-pat-classic"));
    let placeholder = format!("ghp_{}", "x".repeat(36));
    assert!(shown(&placeholder).contains("rejected  github-pat-classic at bytes 0..40: placeholder"));
    assert!(shown("nothing at all").contains("nothing"));
    assert!(!shown(&token).contains(&token[4..]), "the secret itself is not shown");
    scratch.write("a.txt", format!("one\ntwo {token}\n"));
    assert!(scratch.run(&["why", "--at", "a.txt:2"]).stdout.contains("reported"));
    assert_eq!(scratch.run(&["why", "--at", "a.txt:9"]).code, 2);
    assert_eq!(scratch.run(&["why"]).code, 2);
}

#[test]
fn why_tells_of_decoding_allowances_and_what_stands_around_a_line() {
    let scratch = Scratch::new();
    let encoded = fill("x = \"${b64<auth=ghp_${alnum:30}${crc32:6}>}\"", 1).unwrap();
    let why = scratch.run(&["why", &encoded]).stdout;
    assert!(why.contains("decoded   github-pat-classic at bytes"), "{why}");
    let token = super::util::token(1);
    let why = scratch.run(&["why", &format!("{token} # tokensieve:allow only a test")]).stdout;
    assert!(why.contains("allowed   github-pat-classic") && why.contains("only a test"), "{why}");
    let short = fill("apiKey = '7q${alnum:10}4'", 1).unwrap();
    assert!(scratch.run(&["why", &short]).stdout.contains("1 of 12 to 19"));
    let manifest = fill("kind: Secret\ndata:\n  conn: ${b64<k9x${alnum:11}>}\n", 1).unwrap();
    scratch.write("a.yaml", manifest);
    let why = scratch.run(&["why", "--at", "a.yaml:3"]).stdout;
    assert!(why.contains("reported  kubernetes-secret at bytes 8.."), "{why}");
    assert!(scratch.run(&["why", "--at", "a.yaml:2"]).stdout.contains("nothing"));
}

/// A rule file with one rule, and a text that it finds.
fn own_rule(scratch: &Scratch) -> String {
    let rule = "provider = \"X\"\n[[rule]]\nid = \"x-key\"\ndescription = \"key\"\nseverity = \"high\"\n\
                anchors = [\"xkey_\"]\npattern = 'xkey_[A-Za-z0-9]{30}'\n\
                samples = ['xkey_${alnum:30}', 'k: xkey_${alnum:30}']\ncounter_samples = ['xkey_']\n";
    scratch.write("own.toml", rule);
    fill("xkey_${alnum:30}", 1).unwrap()
}

#[test]
fn what_is_listed_and_explained_is_what_is_in_force() {
    let scratch = Scratch::new();
    let text = own_rule(&scratch);
    scratch.write(
        "tokensieve.toml",
        "[rules]\ndisable = [\"github-pat-classic\"]\n[[override]]\nrule = \"x-key\"\nseverity = \"low\"\n\
         [[override]]\nrule = \"npm-access-token\"\nconfidence = \"low\"\n[[rule]]\nid = \"y-key\"\n\
         description = \"Y\"\nseverity = \"info\"\nanchors = [\"ykey_\"]\npattern = 'ykey_[a-z]{20}'\n",
    );
    let listed = scratch.run(&["rules", "list", "-f", "json", "--rules", "own.toml"]);
    let list: Value =
        serde_json::from_str(&listed.stdout).unwrap_or_else(|e| panic!("{e}: {}", listed.stderr));
    let of = |id: &str| list.as_array().unwrap().iter().find(|rule| rule["id"] == id).cloned();
    assert_eq!(of("github-pat-classic"), None);
    assert_eq!(of("y-key").unwrap()["severity"], "info");
    assert_eq!(of("x-key").unwrap()["severity"], "low");
    assert_eq!(of("npm-access-token").unwrap()["confidence"], "low");
    let off = scratch.run(&["rules", "show", "github-pat-classic", "--rules", "own.toml"]);
    assert!(off.code == 2 && off.stderr.contains("switched off: tokensieve.toml:2"), "{}", off.stderr);
    assert_eq!(scratch.run(&["rules", "show", "github-pat-classic", "--no-config"]).code, 0);
    let why = scratch.run(&["why", &text, "--rules", "own.toml"]).stdout;
    assert!(why.contains("reported  x-key") && why.contains("low severity"), "{why}");
    let why = |more: &[&str]| scratch.run(&[&["why", &token(1)][..], more].concat());
    assert!(!why(&["--rules", "own.toml"]).stdout.contains("github-pat-classic"));
    assert!(why(&["--no-config"]).stdout.contains("reported  github-pat-classic"));
    // Without its rule file the config names a rule that there is not.
    assert_eq!(why(&[]).code, 2);
}

#[test]
fn a_config_and_comments_may_name_the_rules_of_a_file() {
    let scratch = Scratch::new();
    let text = own_rule(&scratch);
    scratch.write("a.txt", format!("{text} # tokensieve:allow x-key made for a test\n"));
    scratch.write("b.txt", fill("xkey_${alnum:30}", 2).unwrap());
    scratch.write("c.txt", fill("xkey_${alnum:30}", 3).unwrap());
    let plain = scratch.json(&["dir", "--rules", "own.toml"]).1;
    let allow = "[[allow]]\nrules = [\"x-key\"]\npaths = [\"b.txt\"]\nreason = \"made for a test\"\n";
    scratch.write("tokensieve.toml", allow);
    let (findings, summary, _) = scratch.json(&["dir", "--rules", "own.toml"]);
    assert_eq!(paths(&findings), ["c.txt"]);
    assert_eq!((&plain["hidden"]["suppressed"], &summary["hidden"]["suppressed"]), (&1.into(), &2.into()));
    assert_ne!(plain["config_hash"], summary["config_hash"]);
    assert_eq!(scratch.run(&["dir"]).code, 2);
}

#[test]
fn a_bare_repository_has_the_config_of_its_head() {
    let scratch = Scratch::repository();
    scratch.write("tokensieve.toml", "[rules]\ndisable = [\"github-pat-classic\"]\n");
    scratch.write("a.txt", token(1)).commit("first");
    let bare = scratch.home().join("bare.git");
    scratch.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let run = |args: &[&str]| scratch.run_in(&bare, args);
    assert_eq!((run(&["git"]).code, run(&["git", "--no-config"]).code), (0, 1));
    assert!(run(&["config", "show"]).stdout.contains("off       github-pat-classic"));
    assert_eq!(run(&["rules", "show", "github-pat-classic"]).code, 2);
}
