//! Baselines, and what is made of other scanners' files.

use std::fs;

use super::policy::{counts, suppressed};
use super::util::{Scratch, paths, token};

#[test]
fn a_baseline_outlives_renames_and_moved_lines() {
    let scratch = Scratch::repository();
    let lines =
        |from: u64| (from..from + 30).map(|seed| format!("k = '{}'\n", token(seed))).collect::<String>();
    scratch.write("src/a.py", lines(100)).write("b.py", lines(200)).commit("first");
    let run = scratch.run(&["baseline", "create", "known.json", "."]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = fs::read_to_string(scratch.path("known.json")).unwrap();
    assert!(!text.contains(&token(100)[8..16]) && text.lines().count() > 60);
    assert_eq!(scratch.run(&["baseline", "create", "known.json"]).code, 2, "it is not overwritten");
    let quiet = ["--baseline", "known.json"];
    assert_eq!(counts(&scratch, &["dir", quiet[0], quiet[1]]), (0, 60, 0));
    scratch.commit("the baseline");
    scratch.git(&["mv", "src", "moved"]);
    scratch.write("moved/a.py", format!("# a line more\n{}", lines(100))).commit("moved");
    assert_eq!(counts(&scratch, &["dir", quiet[0], quiet[1]]), (0, 60, 0));
    assert_eq!(counts(&scratch, &["git", quiet[0], quiet[1]]), (0, 60, 0));
    assert_eq!(counts(&scratch, &["git", "--range", "HEAD~1..HEAD", quiet[0], quiet[1]]).0, 0);
    let run = scratch.run(&["baseline", "update", "known.json"]);
    assert!(run.code == 0 && run.stderr.contains("0 new, 30 moved, 0 match nothing"), "{}", run.stderr);
    // Another secret on the line of an old one.
    scratch.write("b.py", lines(200).replace(&token(205), &token(7)));
    let (findings, summary, code) = scratch.json(&["dir", quiet[0], quiet[1]]);
    assert_eq!((paths(&findings), suppressed(&summary), code), (vec!["b.py".to_owned()], 59, 1));
    assert_eq!(findings[0]["line"], 6);
}

#[test]
fn entries_that_match_nothing_are_reported_and_pruned() {
    let scratch = Scratch::new();
    scratch.write("a.py", format!("{}\n{}\n", token(1), token(2)));
    scratch.run(&["baseline", "create", "known.json"]);
    scratch.write("a.py", token(1));
    let run = scratch.run(&["dir", "--baseline", "known.json"]);
    assert!(run.stderr.contains("1 baseline entries match nothing"), "{}", run.stderr);
    let run = scratch.run(&["baseline", "update", "known.json"]);
    assert!(run.stderr.contains("2 entries"), "{}", run.stderr);
    assert_eq!(scratch.run(&["baseline", "prune", "known.json"]).code, 0);
    let run = scratch.run(&["dir", "--baseline", "known.json"]);
    assert!(run.code == 0 && !run.stderr.contains("match nothing"), "{}", run.stderr);
    assert_eq!(scratch.run(&["dir", "--baseline", "missing.json"]).code, 2);
}

#[test]
fn a_scan_that_is_not_whole_prunes_nothing() {
    let scratch = Scratch::new();
    scratch.write("a.py", token(1));
    scratch.run(&["baseline", "create", "known.json"]);
    let before = fs::read(scratch.path("known.json")).unwrap();
    let run = scratch.run(&["baseline", "prune", "known.json", "missing"]);
    assert_eq!(run.code, 2);
    assert_eq!(fs::read(scratch.path("known.json")).unwrap(), before);
}

#[test]
fn files_of_other_scanners_are_baselines_too() {
    let scratch = Scratch::new();
    scratch.write("a.py", format!("x\n{}\n", token(1)));
    let leak = format!(
        "[{{\"RuleID\": \"github-pat\", \"Secret\": \"{}\", \"File\": \"a.py\", \"StartLine\": 9}}]",
        token(1)
    );
    let sha1 = {
        use sha1::Digest as _;
        let digest = sha1::Sha1::digest(token(1));
        digest.iter().map(|b| format!("{b:02x}")).collect::<String>()
    };
    let secrets = format!(
        "{{\"version\": \"1.5.0\", \"results\": {{\"a.py\": [{{\"type\": \"t\", \"hashed_secret\": \"{sha1}\", \
         \"line_number\": 2}}]}}}}"
    );
    let ignore = "# known\na.py:github-pat:2\n".to_owned();
    for (name, text) in [("leaks.json", leak), ("s.baseline", secrets), (".gitleaksignore", ignore)] {
        let file = scratch.home().join(name);
        fs::write(&file, text).unwrap();
        let (found, known, code) = counts(&scratch, &["dir", "--baseline", file.to_str().unwrap()]);
        assert_eq!((found, known, code), (0, 1, 0), "{name}");
    }
    let file = scratch.home().join("other.json");
    fs::write(&file, "{}").unwrap();
    assert_eq!(scratch.run(&["dir", "--baseline", file.to_str().unwrap()]).code, 2);
}

#[test]
fn what_another_scanner_was_told_is_taken_over() {
    let scratch = Scratch::repository();
    scratch.write("lib/fixtures/a.txt", token(1)).write("b.txt", format!("x\n{}\n", token(2)));
    scratch.write("c.txt", token(3));
    scratch.write(
        ".gitleaks.toml",
        "[extend]\nuseDefault = true\n[allowlist]\ndescription = \"fixtures\"\npaths = ['''fixtures/''']\n",
    );
    scratch.write(".gitleaksignore", "b.txt:github-pat:2\ngone.txt:github-pat:1\n").commit("first");
    let run = scratch.run(&["migrate"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains(".gitleaksignore:2:1"), "{}", run.stderr);
    assert!(!run.stdout.contains(&token(2)[8..16]));
    scratch.write("tokensieve.toml", &run.stdout);
    let (findings, summary, _) = scratch.json(&["dir"]);
    assert_eq!((paths(&findings), suppressed(&summary)), (vec!["c.txt".to_owned()], 2));
    let elsewhere = scratch.run_in(&scratch.home(), &["migrate", scratch.root().to_str().unwrap()]);
    assert_eq!(elsewhere.stdout, run.stdout);
    assert_eq!(scratch.run_in(&scratch.home(), &["migrate"]).code, 2, "nothing to take over");
}

/// What the configs of public repositories are made of: lists of paths, commits, stop words and patterns of
/// the match, an ignore file with and without commits, comments in the code, and a config that holds the very
/// values that it allows.
#[test]
fn what_was_quiet_stays_quiet_and_what_was_not_does_not() {
    let scratch = Scratch::repository();
    scratch.write("cmd/rules/keys.go", format!("a := \"{}\"\n", token(1))).commit("rules");
    scratch.write("old.txt", token(2)).commit("by commit");
    let by_commit = scratch.git(&["rev-parse", "HEAD"]);
    scratch.write("gone.txt", format!("x\n{}\n", token(3))).commit("by fingerprint");
    let ignored = format!("{}:gone.txt:github-pat:2\n", scratch.git(&["rev-parse", "HEAD"]).trim());
    fs::remove_file(scratch.path("gone.txt")).unwrap();
    scratch.write("app_test.go", format!("k := \"{}\"\n", token(4)));
    scratch.write("main.go", format!("k := \"{}\" // gitleaks:allow\n", token(5)));
    scratch.write("word.txt", token(6)).write("line.txt", format!("sample = {}\n", token(7)));
    scratch.write("loud.txt", token(8));
    scratch.write(".gitleaksignore", format!("# known\n{ignored}"));
    scratch.write(
        ".gitleaks.toml",
        format!(
            "title = \"ours\"\n[extend]\nuseDefault = true\n[allowlist]\ndescription = \"known\"\n\
             paths = ['''(^|/)cmd/rules''', '''.*test\\.go''']\ncommits = [\"{}\"]\n\
             stopwords = [\"{}\"]\n[[allowlists]]\nregexTarget = \"line\"\nregexes = ['''sample =''']\n",
            by_commit.trim(),
            token(6)
        ),
    );
    scratch.commit("policy");
    let run = scratch.run(&["migrate"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let config = scratch.home().join("migrated.toml");
    fs::write(&config, &run.stdout).unwrap();
    let config = config.to_str().unwrap();
    assert_eq!(scratch.run(&["config", "check", config]).code, 0);
    // A list of commits says nothing of files.
    for (command, loud, known) in [("dir", &["loud.txt", "old.txt"][..], 5), ("git", &["loud.txt"], 7)] {
        let (findings, summary, _) = scratch.json(&[command, "--config", config]);
        assert_eq!(paths(&findings), loud, "{command}");
        assert_eq!(suppressed(&summary), known, "{command}");
    }
}

/// A thousand secrets; every file renamed, a line more on top of each, and all of it squashed.
#[test]
fn a_baseline_of_a_thousand_outlives_renames_moved_lines_and_a_squash() {
    let scratch = Scratch::repository();
    let file = |number: u64| {
        let keys = (0..10).map(|i| format!("key_{i} = '{}'\n", token(1000 + number * 10 + i)));
        keys.collect::<String>()
    };
    for number in 0..100 {
        scratch.write(&format!("src/part{}/{number}.py", number % 7), file(number));
    }
    scratch.commit("a thousand secrets");
    for (name, more) in [("tree.json", ""), ("history.json", "--history")] {
        let args = ["baseline", "create", name, ".", more];
        let args: Vec<&str> = args.into_iter().filter(|a| !a.is_empty()).collect();
        let run = scratch.run(&args);
        assert!(run.code == 0 && run.stderr.contains("1000 entries"), "{}", run.stderr);
        fs::rename(scratch.path(name), scratch.home().join(name)).unwrap();
    }
    scratch.git(&["mv", "src", "lib"]);
    for number in 0..100 {
        let old = format!("lib/part{}/{number}.py", number % 7);
        scratch.git(&["mv", &old, &format!("lib/{number}_renamed.py")]);
        scratch.write(&format!("lib/{number}_renamed.py"), format!("# a line more\n{}", file(number)));
    }
    scratch.commit("renamed and moved");
    scratch.git(&["checkout", "-q", "--orphan", "squashed"]);
    scratch.commit("squashed");
    scratch.git(&["branch", "-D", "-q", "main"]);
    scratch.git(&["reflog", "expire", "--expire=now", "--all"]);
    scratch.git(&["gc", "-q", "--prune=now"]);
    let known = |name: &str| scratch.home().join(name).to_str().unwrap().to_owned();
    for (command, name) in [("dir", "tree.json"), ("git", "tree.json"), ("git", "history.json")] {
        let found = counts(&scratch, &[command, "--baseline", &known(name)]);
        assert_eq!(found, (0, 1000, 0), "{command} {name}");
        assert!(!scratch.run(&[command, "--baseline", &known(name)]).stderr.contains("match nothing"));
    }
    // Another secret takes the place of an old one, on its line.
    let path = "lib/42_renamed.py";
    let text = fs::read_to_string(scratch.path(path)).unwrap();
    scratch.write(path, text.replace(&token(1424), &token(7)));
    scratch.git(&["add", "-A"]);
    for args in [["dir", "--verbose"], ["git", "--staged"]] {
        let (findings, _, code) = scratch.json(&[args[0], args[1], "--baseline", &known("tree.json")]);
        assert_eq!(
            (paths(&findings), findings[0]["line"].as_u64(), code),
            (vec![path.to_owned()], Some(6), 1)
        );
    }
    let run = scratch.run(&["dir", "--baseline", &known("tree.json")]);
    let expected = "1 baseline entries match nothing: github-pat-classic in src/part0/42.py";
    assert!(run.stderr.contains(expected), "{}", run.stderr);
}
