//! What the path of a file says of the values in it: settings, words of a user interface, or code.
//!
//! Takes a path, gives a [`Setting`].

use bstr::{BStr, ByteSlice};

/// What is made of the name and path: in what way a value is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Setting {
    /// The file is one of settings, not of code.
    pub config: bool,
    /// The file holds the words of a user interface.
    pub translation: bool,
    /// It belongs to tests or examples.
    pub test: bool,
}

impl Setting {
    /// What the path of a file says.
    pub(super) fn of(path: &BStr) -> Self {
        Self { config: is_config(path), translation: is_translation(path), test: false }
    }
}

/// Endings of files that hold settings.
const CONFIG: [&[u8]; 25] = [
    b"yml",
    b"yaml",
    b"properties",
    b"ini",
    b"conf",
    b"cfg",
    b"config",
    b"env",
    b"sh",
    b"bash",
    b"zsh",
    b"cnf",
    b"service",
    b"settings",
    b"bat",
    b"tf",
    b"tfvars",
    b"rsp",
    b"ks",
    b"j2",
    b"tmpl",
    b"mk",
    b"prop",
    b"props",
    b"cmd",
];

/// Endings that say of a file that another is made from it.
const COPIES: [&[u8]; 10] =
    [b"example", b"sample", b"dist", b"template", b"default", b"bak", b"orig", b"old", b"in", b"erb"];

/// Whether a file holds settings: values without quotes are literals in it.
pub(super) fn is_config(path: &BStr) -> bool {
    let lower = path.to_ascii_lowercase();
    let base = lower.rsplit(|b| *b == b'/').next().unwrap_or(b"");
    let mut parts = base.rsplit(|b| *b == b'.').peekable();
    let is_copy = parts.peek().is_some_and(|last| COPIES.contains(last));
    let ending = if is_copy { parts.nth(1) } else { parts.next() };
    ending.is_some_and(|ending| CONFIG.contains(&ending))
        || base.starts_with(b".env")
        || base.starts_with(b"dockerfile")
        || base.ends_with(b"dockerfile")
        || base.ends_with(b"makefile")
        || base.contains_str(".env.")
}

/// Whether a path is one of translations.
fn is_translation(path: &BStr) -> bool {
    let words: [&[u8]; 12] = [
        b"lang",
        b"langs",
        b"locale",
        b"locales",
        b"i18n",
        b"l10n",
        b"translations",
        b"translation",
        b"messages",
        b"intl",
        b"language",
        b"languages",
    ];
    path.to_ascii_lowercase()
        .split(|b| matches!(b, b'/' | b'.' | b'_' | b'-'))
        .any(|part| words.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_what_kind_of_file_it_is() {
        assert!(
            is_config("a/application-dev.yml".into())
                && is_config("Dockerfile".into())
                && is_config(".env.prod".into())
        );
        for copy in ["application.yml.example", "a/app.properties.dist", "settings.ini.j2", "x.dockerfile"] {
            assert!(is_config(copy.into()), "{copy}");
        }
        for code in ["a/b.py", "a.json", "a.py.in", "webpack.config.js", "notes.example"] {
            assert!(!is_config(code.into()), "{code}");
        }
        assert!(is_translation("app/lang/de.json".into()) && is_translation("messages_de.properties".into()));
    }
}
