//! Permalinks: the page of a forge that shows a line of a file at a commit.

use bstr::{BStr, ByteSlice};

use super::Scanned;
use crate::finding::{Occurrence, Surface};

/// The page of an occurrence, when the repository's `origin` is on a forge that is known.
pub(super) fn permalink(scanned: &Scanned<'_>, at: &Occurrence) -> Option<String> {
    let commit = at.commit.as_deref()?;
    let repository = scanned.location.repository().ok()?;
    let remote = repository.find_remote("origin").ok()?;
    let (host, name) = parse(remote.url().ok()?)?;
    match at.surface {
        Surface::File => page(&host, &name, commit, at.path.as_bstr(), at.line),
        Surface::CommitMessage | Surface::Identity => Some(format!("https://{host}/{name}/commit/{commit}")),
        _ => None,
    }
}

/// The page that lists the forks of a remote's repository, where the forge is known.
pub(super) fn forks(url: &str) -> Option<String> {
    let (host, name) = parse(url)?;
    let is =
        |forges: &[&str]| forges.iter().any(|forge| host == *forge || host.split('.').any(|p| p == *forge));
    if is(&["github", "gitea", "forgejo", "codeberg", "bitbucket"]) {
        Some(format!("https://{host}/{name}/forks"))
    } else if is(&["gitlab"]) {
        Some(format!("https://{host}/{name}/-/forks"))
    } else {
        None
    }
}

/// Host and `owner/repository` of a remote's URL; credentials in it are left out.
fn parse(url: &str) -> Option<(String, String)> {
    let (authority, path) = match url.split_once("://") {
        Some((_, rest)) => rest.split_once('/')?,
        None => url.split_once(':')?, // git@host:owner/name
    };
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?.to_ascii_lowercase();
    let path = path.trim_matches('/').trim_end_matches(".git");
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/~%".contains(&b));
    (plain(&host) && plain(path) && host.contains('.') && path.contains('/')).then(|| (host, path.to_owned()))
}

fn page(host: &str, name: &str, commit: &str, path: &BStr, line: u64) -> Option<String> {
    let path = percent(path);
    let is = |forge: &str| host == forge || host.split('.').any(|part| part == forge);
    if is("github") {
        Some(format!("https://{host}/{name}/blob/{commit}/{path}#L{line}"))
    } else if is("gitlab") {
        Some(format!("https://{host}/{name}/-/blob/{commit}/{path}#L{line}"))
    } else if is("bitbucket") {
        Some(format!("https://{host}/{name}/src/{commit}/{path}#lines-{line}"))
    } else if is("gitea") || is("forgejo") || is("codeberg") {
        Some(format!("https://{host}/{name}/src/commit/{commit}/{path}#L{line}"))
    } else if host == "dev.azure.com" || host == "ssh.dev.azure.com" || host.ends_with(".visualstudio.com") {
        let name = name.trim_start_matches("v3/");
        let name = if name.contains("/_git/") { name.to_owned() } else { azure_name(name)? };
        Some(format!("https://dev.azure.com/{name}?path=/{path}&version=GC{commit}&line={line}"))
    } else {
        None
    }
}

/// `organisation/project/repository` of an SSH remote in the form that its pages have.
fn azure_name(name: &str) -> Option<String> {
    let (project, repository) = name.rsplit_once('/')?;
    Some(format!("{project}/_git/{repository}"))
}

fn percent(path: &BStr) -> String {
    let keep = |b: &u8| b.is_ascii_alphanumeric() || b"/._-~".contains(b);
    path.iter().map(|b| if keep(b) { char::from(*b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(url: &str) -> Option<String> {
        let (host, name) = parse(url)?;
        page(&host, &name, "c0ffee", BStr::new("a b/c.rs"), 7)
    }

    #[test]
    fn the_forges() {
        let github = Some("https://github.com/o/r/blob/c0ffee/a%20b/c.rs#L7".to_owned());
        for url in [
            "https://github.com/o/r.git",
            "https://github.com/o/r/",
            "git@github.com:o/r.git",
            "ssh://git@github.com/o/r",
            "https://user:pw@github.com/o/r.git",
            "ssh://git@github.com:22/o/r.git",
        ] {
            assert_eq!(link(url), github, "{url}");
        }
        assert!(
            link("https://gitlab.corp.io/g/s/r.git").unwrap().contains("gitlab.corp.io/g/s/r/-/blob/c0ffee/")
        );
        assert!(link("git@bitbucket.org:o/r.git").unwrap().ends_with("#lines-7"));
        assert!(link("https://codeberg.org/o/r").unwrap().contains("/src/commit/c0ffee/"));
        assert!(link("git@ssh.dev.azure.com:v3/org/proj/repo").unwrap().contains("org/proj/_git/repo?path="));
        assert!(link("https://dev.azure.com/org/proj/_git/repo").unwrap().contains("version=GCc0ffee"));
    }

    #[test]
    fn other_remotes_have_no_page() {
        for url in [
            "/srv/git/r.git",
            "https://corp.io/r",
            "git@host:r",
            "file:///x/y",
            "",
            "javascript:alert(1)//x/y",
        ] {
            assert_eq!(link(url), None, "{url}");
        }
    }
}
