//! What a dotenv file holds: its entries, whether it is encrypted, and which keys hold plain secrets.
//!
//! Takes the bytes of a file in whatever state they are, gives [`Contents`]. Names are judged by the room
//! [`super::name`], values here. Values themselves never leave this room, only where they stand.

use std::ops::Range;

use bstr::{BString, ByteSlice};

use super::name::is_secret_key;
use crate::matcher::placeholder::{documented, placeholder, variable_part};
use crate::matcher::reference::is_reference;

/// How a file that may be committed hides its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// dotenvx: single values, `encrypted:...`.
    Dotenvx,
    /// git-crypt: the whole file.
    GitCrypt,
    /// SOPS: single values, `ENC[...]`.
    Sops,
    /// ansible-vault: the whole file.
    AnsibleVault,
    /// age: the whole file.
    Age,
}

/// One assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key: ASCII letters, digits, `_`, `-` and `.`.
    pub key: BString,
    /// Where the value stands in the file, without its quotes.
    pub value_range: Range<usize>,
    /// 1-based line of the key.
    pub line: u64,
}

/// What a dotenv file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Every assignment in order.
    pub entries: Vec<Entry>,
    /// How the file is encrypted, wholly or in part.
    pub encrypted: Option<Encryption>,
    /// Keys with a plain value that looks like a secret, and their 1-based lines.
    pub secret_keys: Vec<(String, u64)>,
    /// Whether it holds a key that decrypts other dotenv files.
    pub key_material: bool,
}

impl Contents {
    /// The lines of the keys with a secret value.
    pub fn lines(&self) -> Vec<u64> {
        self.secret_keys.iter().map(|(_, line)| *line).collect()
    }
}

/// Longest key that is named to the user; what is longer is no name.
const KEY_MAX: usize = 80;

/// Shortest value that is worth keeping secret.
const SECRET_MIN: usize = 4;

/// Reads the bytes of a dotenv file. Lines that are no assignment are passed over.
pub fn inspect(bytes: &[u8]) -> Contents {
    let entries = entries(bytes);
    let value = |entry: &Entry| &bytes[entry.value_range.clone()];
    let mut contents = Contents { encrypted: encryption(bytes, &entries), ..Contents::default() };
    for entry in &entries {
        let Some(key) = entry.key.to_str().ok().filter(|key| key.len() <= KEY_MAX) else { continue };
        let decrypts = is_key_material(key, value(entry));
        contents.key_material |= decrypts;
        if decrypts || holds_secret(key, value(entry)) {
            contents.secret_keys.push((key.to_owned(), entry.line));
        }
    }
    contents.entries = entries;
    contents
}

/// Every assignment of the file.
fn entries(bytes: &[u8]) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut at = if bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut line = 1;
    while at < bytes.len() {
        let start = at;
        let end = line_end(bytes, at);
        at = end;
        if let Some((key, value_at)) = assignment(&bytes[start..end]) {
            let (value_range, next) = value(bytes, start + value_at, end);
            at = next;
            entries.push(Entry { key: key.into(), value_range, line });
        }
        at = line_end(bytes, at);
        at += if bytes[at..].starts_with(b"\r\n") { 2 } else { 1 };
        line += line_breaks(&bytes[start..at.min(bytes.len())]);
    }
    entries
}

/// The key of a line and the offset at which its value begins: `KEY=value`, `export KEY = value`,
/// `KEY: value`.
fn assignment(line: &[u8]) -> Option<(&[u8], usize)> {
    let mut text = line.trim_start();
    if let Some(rest) = text.strip_prefix(b"export").filter(|rest| rest.first().is_some_and(is_blank)) {
        text = rest.trim_start();
    }
    let len = text.iter().take_while(|b| b.is_ascii_alphanumeric() || b"_-.".contains(b)).count();
    let (key, rest) = text.split_at(len);
    let rest = rest.trim_start();
    let value = match rest {
        [b'=', value @ ..] => value,
        [b':', value @ ..] if value.first().is_some_and(is_blank) => value,
        _ => return None,
    };
    let value = value.trim_start();
    (!key.is_empty()).then_some((key, line.len() - value.len()))
}

/// The range of the value that begins at `at` on a line that ends at `end`, and where to read on.
fn value(bytes: &[u8], at: usize, end: usize) -> (Range<usize>, usize) {
    if let Some(quote) = bytes[at..end].first().copied().filter(|b| b"\"'`".contains(b))
        && let Some(close) = closing_quote(bytes, at + 1, quote)
    {
        return (at + 1..close, close + 1);
    }
    let text = &bytes[at..end];
    let comment = (0..text.len()).find(|&i| text[i] == b'#' && (i == 0 || is_blank(&text[i - 1])));
    let text = text[..comment.unwrap_or(text.len())].trim_end();
    (at..at + text.len(), end)
}

/// The quote that ends a value, on this line or a later one. Where it stands on a later line and anything
/// but a comment follows it, it opens another value and the one asked about has no end: reading on from
/// there would hide the lines between. A line that opens a quote ends the search of the lines before it,
/// so the cost stays linear.
fn closing_quote(bytes: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(quote, b'\\', &bytes[at..])?;
        if bytes[at] == quote {
            break;
        }
        // Only double quotes know escapes; elsewhere a backslash is itself.
        at = (at + if quote == b'"' { 2 } else { 1 }).min(bytes.len());
    }
    let rest = bytes[at + 1..line_end(bytes, at + 1)].trim_start();
    let clean = rest.is_empty() || rest[0] == b'#' || rest[0] == b';';
    (clean || line_end(bytes, from) > at).then_some(at)
}

/// Offset of the line break at or behind `from`, or the end of the file.
fn line_end(bytes: &[u8], from: usize) -> usize {
    let from = from.min(bytes.len());
    memchr::memchr2(b'\n', b'\r', &bytes[from..]).map_or(bytes.len(), |len| from + len)
}

/// How many lines end in `text`: at `\n`, `\r\n` or a lone `\r`.
fn line_breaks(text: &[u8]) -> u64 {
    let breaks = memchr::memchr2_iter(b'\n', b'\r', text);
    breaks.filter(|&at| text[at] == b'\n' || text.get(at + 1) != Some(&b'\n')).count() as u64
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// How the file is encrypted: by its first bytes, or by what its entries say.
fn encryption(bytes: &[u8], entries: &[Entry]) -> Option<Encryption> {
    let heads: [(&[u8], Encryption); 4] = [
        (b"\0GITCRYPT\0", Encryption::GitCrypt),
        (b"$ANSIBLE_VAULT;", Encryption::AnsibleVault),
        (b"age-encryption.org/v1", Encryption::Age),
        (b"-----BEGIN AGE ENCRYPTED FILE-----", Encryption::Age),
    ];
    if let Some((_, kind)) = heads.iter().find(|(head, _)| bytes.starts_with(head)) {
        return Some(*kind);
    }
    entries.iter().find_map(|entry| {
        let value = &bytes[entry.value_range.clone()];
        match entry.key.as_slice() {
            b"sops_version" | b"sops_mac" => Some(Encryption::Sops),
            _ if value.starts_with(b"encrypted:") => Some(Encryption::Dotenvx),
            key if key.starts_with(b"DOTENV_PUBLIC_KEY") && is_public_key(value) => Some(Encryption::Dotenvx),
            _ => None,
        }
    })
}

/// A compressed point of the curve that dotenvx uses.
fn is_public_key(value: &[u8]) -> bool {
    value.len() == 66 && matches!(value, [b'0', b'2' | b'3', ..]) && value.iter().all(u8::is_ascii_hexdigit)
}

/// A key that decrypts dotenv files: of dotenvx, or of dotenv-vault.
fn is_key_material(key: &str, value: &[u8]) -> bool {
    let key = key.to_ascii_uppercase();
    let dotenvx = key.starts_with("DOTENV_PRIVATE_KEY") && is_plain_secret(value);
    dotenvx || key == "DOTENV_KEY" && value.starts_with(b"dotenv://:key_") && value.len() > 30
}

/// Whether the value is a secret that stands there in plain: as the whole value of a key that is named
/// for it, or as the password within a URL or connection string.
fn holds_secret(key: &str, value: &[u8]) -> bool {
    match password_in_url(value).or_else(|| password_in_connection_string(value)) {
        Some(password) => is_plain_secret(password),
        None => !value.contains_str("://") && is_secret_key(key) && is_plain_secret(value),
    }
}

/// The password of `scheme://user:password@host` and of `user:password@tcp(host)`.
fn password_in_url(value: &[u8]) -> Option<&[u8]> {
    let authority = match value.find("://") {
        Some(scheme) => &value[scheme + 3..],
        None if value.contains_str("@tcp(") || value.contains_str("@unix(") => value,
        None => return None,
    };
    let end = authority.iter().position(|b| b"?#".contains(b)).unwrap_or(authority.len());
    let userinfo = &authority[..authority[..end].rfind_byte(b'@')?];
    let (user, password) = userinfo.split_once_str(":")?;
    // `host:8080/file@2x` has a port and a path; a password may well hold an unescaped `/`.
    let port = password.split_once_str("/").is_some_and(|(port, _)| port.iter().all(u8::is_ascii_digit));
    (!port && !user.contains(&b'/')).then_some(password)
}

/// The password of `Server=...;Password=...;` and its like.
fn password_in_connection_string(value: &[u8]) -> Option<&[u8]> {
    let names: [&[u8]; 4] = [b"password", b"pwd", b"accountkey", b"sharedaccesskey"];
    value.contains(&b';').then_some(())?;
    value.split(|&b| b == b';').find_map(|part| {
        let (name, secret) = part.split_once_str("=")?;
        names.contains(&name.trim().to_ascii_lowercase().as_slice()).then_some(secret.trim())
    })
}

/// Whether a value is neither empty, nor a pointer, nor encrypted, nor an example, nor a default.
fn is_plain_secret(value: &[u8]) -> bool {
    let value = value.trim();
    let encrypted =
        value.starts_with(b"encrypted:") || value.starts_with(b"ENC[") || value.starts_with(b"ENC(");
    let plain = value.iter().all(|b| b.is_ascii_digit() || b"+-.,_ ".contains(b));
    value.len() >= SECRET_MIN
        && !(encrypted || plain || is_reference(value) || is_path(value) || is_default(value))
        && !documented(value)
        && placeholder(variable_part(value), true).is_none()
}

/// Values that open nothing but a developer's own machine, and words that switch something.
const DEFAULTS: &str = "\
    postgres postgresql root admin administrator password passwd passw0rd pass pwd secret secretkey \
    secretpassword changeme changeit changethis example test testing user username guest mysql mariadb \
    redis mongo mongodb rabbitmq minio minioadmin localhost local dev development default dummy foo bar \
    baz foobar token key apikey none null nil undefined empty todo tbd true false yes no on off enabled \
    disabled basic jwt plain login bearer";

/// Whether a value is a default: one of [`DEFAULTS`], in any case, with signs in it and digits behind it.
fn is_default(value: &[u8]) -> bool {
    let end = value.iter().rposition(|b| b.is_ascii_alphabetic()).map_or(0, |last| last + 1);
    let letters = value[..end].iter().filter(|b| b.is_ascii_alphanumeric());
    let word: Vec<u8> = letters.map(u8::to_ascii_lowercase).take(20).collect();
    value.len() <= 24 && DEFAULTS.split(' ').any(|known| known.as_bytes() == word)
}

/// Whether a value is the path of a file: relative to something, or under a usual root.
fn is_path(value: &[u8]) -> bool {
    let starts =
        "./ ../ ~/ file: /run/ /etc/ /var/ /home/ /usr/ /opt/ /app/ /tmp/ /mnt/ /secrets/ /vault/ /root/";
    starts.split(' ').any(|start| value.starts_with(start.as_bytes())) || value.get(1..3) == Some(b":\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, u64)> {
        let contents = inspect(text.as_bytes());
        let entry = |e: &Entry| (e.key.to_string(), text[e.value_range.clone()].to_owned(), e.line);
        contents.entries.iter().map(entry).collect()
    }

    fn secrets(text: &str) -> Vec<String> {
        inspect(text.as_bytes()).secret_keys.into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn every_form_of_line_is_read() {
        let text = "\u{FEFF}A=1\r\n# B=2\r\nexport C = three # note\n  D: 'fo#ur' # x\nE=\"fi\\\"ve\"\n\
            F=`si\nx`\nG=\rH=a#b\nnot a line\nI=\"open\nJ=\"shut\"\nK=#c\nexport L\nM:x\nN.o-p=q";
        let found = read(text);
        let found: Vec<_> = found.iter().map(|(k, v, l)| (k.as_str(), v.as_str(), *l)).collect();
        let expected = [
            ("A", "1", 1),
            ("C", "three", 3),
            ("D", "fo#ur", 4),
            ("E", "fi\\\"ve", 5),
            ("F", "si\nx", 6),
            ("G", "", 8),
            ("H", "a#b", 9),
            ("I", "\"open", 11),
            ("J", "shut", 12),
            ("K", "", 13),
            ("N.o-p", "q", 16),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_open_quote_hides_no_line() {
        assert_eq!(secrets("A=\"\nDB_PASSWORD=hunter2\nB=\"x\"\n"), ["DB_PASSWORD"]);
        assert_eq!(secrets("A=\"b\" DB=\"c\"\nDB_PASSWORD=hunter2"), ["DB_PASSWORD"]);
    }

    #[test]
    fn keys_with_plain_secrets_are_named() {
        // Put together, so that no scanner takes this file for what it tests.
        let secret = ["q8Jx", "2mZk0", "Lw7"].concat();
        let text = format!(
            "GITHUB_TOKEN={secret}\nDB_PASSWORD='{secret}'\nAPI_URL=https://x.y\n\
             DATABASE_URL=postgres://u:{secret}@db/x\nADO=Server=x;Password={secret};\n\
             DSN=u:{secret}@tcp(db)/x\nSLASH_URL=redis://:a/{secret}@db\n"
        );
        let text = text.as_str();
        assert_eq!(secrets(text), ["GITHUB_TOKEN", "DB_PASSWORD", "DATABASE_URL", "ADO", "DSN", "SLASH_URL"]);
        assert_eq!(inspect(text.as_bytes()).secret_keys[2].1, 4);
    }

    #[test]
    fn values_that_are_no_secret_are_not() {
        for value in [
            "",
            "''",
            "$X",
            "${X}",
            "changeme",
            "your-token-here",
            "postgres",
            "12345",
            "1.5",
            "true",
            "test123",
            "xxxxxxxx",
            "<token>",
            "/run/secrets/db",
            "./key.pem",
            "!ChangeMe!",
            "abc",
            "encrypted:Bx9Kq2mZ",
            "https://example.com/x",
            "postgres://postgres:postgres@localhost/x",
            "https://x.y:80/a@2x",
            "postgres://u:${PW}@db/x",
        ] {
            assert_eq!(secrets(&format!("DB_PASSWORD={value}\nTOKEN: {value}\n")), [""; 0], "{value}");
        }
    }

    #[test]
    fn encryption_is_recognised() {
        let of = |text: &[u8]| inspect(text).encrypted;
        assert_eq!(of(b"\0GITCRYPT\0\x01\xff=\n"), Some(Encryption::GitCrypt));
        assert_eq!(of(b"$ANSIBLE_VAULT;1.1;AES256\n3131\n"), Some(Encryption::AnsibleVault));
        assert_eq!(of(b"age-encryption.org/v1\n-> X25519 a\n"), Some(Encryption::Age));
        assert_eq!(of(b"A=ENC[AES256_GCM,data:x]\nsops_version=3.8.1\n"), Some(Encryption::Sops));
        let public = format!("DOTENV_PUBLIC_KEY_CI=\"03{}\"\nA=1\n", "4e".repeat(32));
        assert_eq!(of(public.as_bytes()), Some(Encryption::Dotenvx));
        assert_eq!(of(b"A=encrypted\n"), None);
    }

    #[test]
    fn a_plain_value_between_encrypted_ones_is_named() {
        let text = "API_TOKEN=\"encrypted:BDqDBibm4wsYqMpCjTQ6\"\nDB_PASSWORD=hunter2\n";
        assert_eq!(secrets(text), ["DB_PASSWORD"]);
    }

    #[test]
    fn keys_that_decrypt_are_key_material() {
        let private: String = (0..32u8).map(|i| format!("{:02x}", i.wrapping_mul(89) ^ 0x5c)).collect();
        let contents = inspect(format!("DOTENV_PRIVATE_KEY_PRODUCTION={private}\n").as_bytes());
        assert!(contents.key_material);
        assert_eq!(contents.secret_keys.len(), 1);
        let vault = format!("DOTENV_KEY='dotenv{}{private}@dotenv.org/vault/.env.vault'\n", "://:key_");
        assert!(inspect(vault.as_bytes()).key_material);
        assert!(!inspect(b"DOTENV_PRIVATE_KEY=\nDOTENV_KEY=x\n").key_material);
    }

    #[test]
    fn hostile_files_take_linear_time() {
        for piece in ["A=\"\n", "A='\nB=\"\nC=`\n", "A=\"\\", "\"", "A=", "\r", "PASSWORD=${", "A:\t\\"] {
            let text = piece.repeat(1 << 17);
            // Linear is well under a second; who makes it quadratic waits for minutes.
            inspect(text.as_bytes());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            check(&bytes);
        }

        #[test]
        fn any_lines_are_read(text in "([A-C]|PASSWORD|[=:\"'`#\\\\ \r\n\t\u{e9}$@;]|://|export ){0,60}") {
            check(text.as_bytes());
        }
    }

    fn check(bytes: &[u8]) {
        let lines = bytes.len() as u64 + 1;
        let mut last = 0;
        for entry in inspect(bytes).entries {
            assert!(last <= entry.value_range.start && entry.value_range.start <= entry.value_range.end);
            assert!(entry.value_range.end <= bytes.len() && (1..=lines).contains(&entry.line));
            last = entry.value_range.end;
        }
    }
}
