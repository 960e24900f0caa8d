//! What names tell: of a file, whether it is a dotenv file; of a key in it, whether its value is secret.
//!
//! Takes paths and keys, gives verdicts on the name alone. Nothing here looks at a file or a value.

use bstr::{BStr, ByteSlice};

/// What kind of dotenv file a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Holds the values that a program runs with: `.env`, `.env.local`, `prod.env`, `.envrc`.
    Live,
    /// Shows which keys there are: `.env.example`. Made to be committed.
    Template,
    /// `.env.keys` of dotenvx: the private keys that decrypt the other files.
    Keys,
    /// `.env.vault`: encrypted, made to be committed.
    Vault,
}

/// Words between the dots of a name that make it a template.
const TEMPLATE: [&[u8]; 14] = [
    b"example",
    b"examples",
    b"sample",
    b"samples",
    b"template",
    b"tmpl",
    b"tpl",
    b"dist",
    b"default",
    b"defaults",
    b"schema",
    b"skel",
    b"stub",
    b"placeholder",
];

/// Last parts of a name that make it source code or prose about dotenv files.
const SOURCE: [&[u8]; 11] = [b"ts", b"tsx", b"js", b"mjs", b"cjs", b"py", b"rb", b"go", b"rs", b"md", b"php"];

/// The kind of dotenv file that the base name of `path` stands for, in any letter case; `None` for other
/// files. Names such as `env.production` say too little and are none.
pub fn kind(path: &BStr) -> Option<Kind> {
    let base = path.rsplit(|&b| b == b'/').next()?.to_ascii_lowercase();
    match base.as_slice() {
        b".env.keys" => return Some(Kind::Keys),
        b".env.vault" => return Some(Kind::Vault),
        _ => {}
    }
    let live = is_live(&base);
    if (live || base.starts_with(b"env.")) && is_template(&base) {
        return Some(Kind::Template);
    }
    live.then_some(Kind::Live)
}

/// `.env` and its like with anything behind, or `<name>.env`.
fn is_live(base: &[u8]) -> bool {
    if base.len() > 4 && base.ends_with(b".env") {
        return true;
    }
    let stems: [&[u8]; 4] = [b".env", b".envrc", b".flaskenv", b".dev.vars"];
    stems.iter().filter_map(|stem| base.strip_prefix(*stem)).any(|rest| {
        rest.is_empty() || b".-_~".contains(&rest[0]) && !SOURCE.iter().any(|end| is_extension(rest, end))
    })
}

fn is_extension(rest: &[u8], end: &[u8]) -> bool {
    rest.strip_suffix(end).is_some_and(|stem| stem.ends_with(b"."))
}

fn is_template(base: &[u8]) -> bool {
    let mut words = base.split(|b| b".-_~".contains(b));
    words.any(|word| TEMPLATE.contains(&word) || word == b"skeleton") || base.contains_str("tests-fixture")
}

/// Words that make a key secret wherever they stand in it.
const SECRET: &str = "\
    token tokens secret secrets password passwords passwd pwd passphrase credential credentials apikey \
    apikeys privatekey accesskey secretkey authkey";

/// Ends of words that have been run together, as in `PGPASSWORD`.
const SECRET_ENDS: &str = "password passwd secret token apikey secretkey accesskey";

/// Words that make the word `key` behind them secret.
const KEY_KINDS: &str = "\
    api private access encryption signing auth app master account service role ssh jwt hmac session \
    deploy license storage admin";

/// Last words that turn the key into one *about* a secret.
const ABOUT: &str = "\
    id ids ttl expires expire expiry expiration timeout length len size name names file files path paths \
    dir header headers type types enabled enable disabled url urls uri endpoint host port domain issuer \
    audience algorithm alg format prefix suffix count limit limits max min age lifetime duration \
    interval version provider method mode policy regex pattern scope scopes user username email required \
    strategy backend arn location field in within seconds days region";

/// Whether a value of that key is meant to be secret, word by word: `DB_PASSWORD` and `npmAuthToken` are,
/// `TOKEN_TTL`, `PUBLIC_KEY`, `AWS_ACCESS_KEY_ID` and `COMPASS` are not.
pub fn is_secret_key(key: &str) -> bool {
    let words = words(key);
    let Some(last) = words.last().map(String::as_str) else { return false };
    if listed(ABOUT, last) {
        return false;
    }
    // Only as the last word: `PASS_THROUGH` and `AUTH_REALM` are about something else.
    let tail = matches!(last, "pass" | "auth");
    tail || (0..words.len()).any(|at| is_secret_word(&words, at))
}

/// Whether the word at `at`, seen with the one before it, makes a key secret.
fn is_secret_word(words: &[String], at: usize) -> bool {
    let word = words[at].as_str();
    let before = at.checked_sub(1).map_or("", |before| words[before].as_str());
    let term = listed(SECRET, word)
        || SECRET_ENDS.split(' ').any(|end| word.ends_with(end))
        || matches!(word, "key" | "keys") && listed(KEY_KINDS, before);
    let public =
        if word.starts_with("key") { at.checked_sub(2).map(|two| words[two].as_str()) } else { None };
    let shown = |word: &str| matches!(word, "public" | "publishable" | "pub");
    term && !shown(before) && !public.is_some_and(shown)
}

/// Whether `word` is one of the words in `list`, which are parted by single spaces.
fn listed(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// The words of a key in lower case: `AWSSecretKey_id` is `aws secret key id`.
fn words(key: &str) -> Vec<String> {
    let bytes = key.as_bytes();
    let mut words = vec![String::new()];
    for (at, &byte) in bytes.iter().enumerate() {
        let before = at.checked_sub(1).map_or(b'_', |before| bytes[before]);
        let ends_capitals =
            before.is_ascii_uppercase() && bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        if !byte.is_ascii_alphanumeric()
            || byte.is_ascii_uppercase() && (before.is_ascii_lowercase() || ends_capitals)
        {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| byte.is_ascii_alphanumeric()) {
            word.push(byte.to_ascii_lowercase() as char);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(names: &str, expected: Option<Kind>) {
        for name in names.split_whitespace() {
            assert_eq!(kind(name.into()), expected, "{name}");
            assert_eq!(kind(format!("a.b/c/{}", name.to_uppercase()).as_str().into()), expected, "{name}");
        }
    }

    #[test]
    fn live_names() {
        kinds(
            ".env .env.local .env.production .env.prod .env.staging .env.dev .env.test .env.ci .env.docker \
             .env.bak .env.old .env.save .env.production.local .env~ .env-prod .env_prod prod.env a.b.env \
             .envrc .envrc.local .flaskenv .dev.vars .dev.vars.staging .env.anything",
            Some(Kind::Live),
        );
    }

    #[test]
    fn template_names() {
        kinds(
            ".env.example .env.sample .env.template .env.tmpl .env.tpl .env.dist .env.default .env.defaults \
             .env.schema .env.skel .env.stub .env.placeholder .env.tests-fixture example.env env.example \
             .env.local.example .env.example.local .env-example .envrc.sample .dev.vars.example sample.env",
            Some(Kind::Template),
        );
    }

    #[test]
    fn special_and_other_names() {
        kinds(".env.keys", Some(Kind::Keys));
        kinds(".env.vault", Some(Kind::Vault));
        kinds("env env.production environment.ts .environment .env.d.ts .env.md envrc dev.vars x.envx", None);
        assert_eq!(kind(".env/bin/python".into()), None);
        assert_eq!(kind("".into()), None);
    }

    #[test]
    fn keys_of_secrets() {
        for key in
            "TOKEN GITHUB_TOKEN githubToken DB_PASSWORD PGPASSWORD SMTP_PASS REDIS_AUTH APIKEY api_key \
            STRIPE_API_KEY apiKey AWSSecretKey AWS_SECRET_ACCESS_KEY CLIENT_SECRET SECRET_KEY_BASE db.passwd \
            GOOGLE_CREDENTIALS RSA_PRIVATE_KEY APP_KEY ACCESS_KEY TOKEN_GITHUB NEXT_PUBLIC_AUTH_TOKEN pwd"
                .split_whitespace()
        {
            assert!(is_secret_key(key), "{key}");
        }
    }

    #[test]
    fn keys_about_secrets() {
        for key in
            "PUBLIC_KEY DOTENV_PUBLIC_KEY AWS_ACCESS_KEY_ID KEY_ID TOKEN_TTL TOKEN_EXPIRES TOKEN_TIMEOUT \
            PASSWORD_LENGTH TOKEN_NAME SECRET_FILE PRIVATE_KEY_PATH TOKEN_HEADER TOKEN_TYPE PASSWORD_ENABLED \
            COMPASS KEY KEYS MONKEY AUTHOR AUTH_URL PASS_THROUGH PUBLIC_API_KEY TOKEN_URL DATABASE_URL _ "
                .split_whitespace()
        {
            assert!(!is_secret_key(key), "{key}");
        }
        assert!(!is_secret_key(""));
    }
}
