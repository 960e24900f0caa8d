//! The tool on its own repository: nothing there looks like a secret, and no allowance is needed.

use std::collections::BTreeSet;
use std::path::Path;

use super::util::Scratch;

#[test]
fn the_working_tree_is_clean() {
    let root = env!("CARGO_MANIFEST_DIR");
    let scratch = Scratch::new();
    let (findings, summary, code) = scratch.json(&[root]);
    assert_eq!(code, 0, "{findings:#?}");
    assert_eq!(summary["complete"], true);
}

/// The same for the whole history, where there is one (a published package has none). A clone that was
/// cut short is read as far as it goes.
#[test]
fn the_history_is_clean() {
    let root = env!("CARGO_MANIFEST_DIR");
    if !std::path::Path::new(root).join(".git").exists() {
        return;
    }
    let scratch = Scratch::new();
    let (findings, ..) = scratch.json(&["git", root, "--unreachable", "--allow-incomplete"]);
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn references_and_placeholders_are_no_findings() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/trees/references");
    let (findings, summary, code) = Scratch::new().json(&[folder, "--confidence", "low"]);
    assert!(findings.is_empty(), "{findings:#?}");
    assert_eq!((summary["files"].as_u64(), code), (Some(6), 0));
}

/// What documents, templates and packages call this repository, and its version, is what the manifest says.
#[test]
fn one_address_and_one_version_everywhere() {
    let owner_and_name = env!("CARGO_PKG_REPOSITORY").strip_prefix("https://github.com/").unwrap();
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    let named =
        regex::Regex::new(r"(?:github(?:usercontent)?\.com/|github:|--repo |uses: )([\w-]+/tokensieve)\b")
            .unwrap();
    let tagged = regex::Regex::new(r"(?:tokensieve[/@]|rev: |VERSION: )(v[0-9][0-9.]*[0-9])").unwrap();
    for (file, names, tags) in [
        ("docs/ci.md", 3, 2),
        ("docs/hook.md", 1, 1),
        ("ci/gitlab.yml", 2, 2),
        ("pyproject.toml", 1, 0),
        ("scripts/npm-packages", 2, 0),
        ("docs/schema/config.schema.json", 1, 0),
        ("docs/schema/report.schema.json", 1, 0),
    ] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let found = |pattern: &regex::Regex| -> Vec<String> {
            pattern.captures_iter(&text).map(|found| found[1].to_owned()).collect()
        };
        assert_eq!(found(&named), vec![owner_and_name; names], "{file}");
        assert_eq!(found(&tagged), vec![version; tags], "{file}");
    }
}

/// Options of other programs that the documents name, and of shapes that stand in them.
const FOREIGN: [&str; 17] = [
    "--all-files",
    "--batch",
    "--batch-all-objects",
    "--example",
    "--files",
    "--from-ref",
    "--hook-type",
    "--locked",
    "--mirror",
    "--name",
    "--no-build",
    "--no-verify",
    "--path",
    "--release",
    "--repo",
    "--to-ref",
    "--unshallow",
];

/// Each option that a document names is one of the tool's, by its own manual pages, or listed as foreign.
#[test]
fn documents_name_options_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let scratch = Scratch::new();
    assert_eq!(scratch.run(&["man", "."]).code, 0);
    let option = regex::Regex::new(r"(?:^|[^\w-])(--[a-z][a-z-]*[a-z])").unwrap();
    let named = |text: &str| -> BTreeSet<String> {
        option.captures_iter(text).map(|found| found[1].to_owned()).collect()
    };
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let pages = std::fs::read_dir(scratch.root()).unwrap();
    let known: BTreeSet<String> = pages
        .flat_map(|page| named(&read(&page.unwrap().path()).replace("\\fB", " ").replace("\\-", "-")))
        .collect();
    assert!(known.contains("--staged"), "{known:?}");
    let documents =
        ["README.md", "CONTRIBUTING.md", "SECURITY.md", "rules/README.md"].map(|name| root.join(name));
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let documents =
        documents.into_iter().chain(docs.filter(|path| path.extension().is_some_and(|e| e == "md")));
    let used: BTreeSet<String> = documents.flat_map(|path| named(&read(&path))).collect();
    let unknown: Vec<&String> = used.difference(&known).collect();
    assert_eq!(
        unknown, FOREIGN,
        "left: options that no page of the manual has; right: those known as foreign"
    );
}
