//! The `rules` command.

use serde_json::Value;

use super::util::Scratch;

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
    scratch.write("a", "k = corpkey_q1w2e3r4t5z6u7i8o9p0a1s2d3f4g5");
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
