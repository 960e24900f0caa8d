//! Inputs to begin with, one of each kind that a target tells apart.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::rule::{self, sample::fill};

const ID: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The text behind a byte that says what it is.
fn kinds(texts: &[(u8, &[u8])]) -> Vec<Vec<u8>> {
    texts.iter().map(|(kind, text)| [&[*kind], *text].concat()).collect()
}

fn token() -> String {
    fill("ghp_${alnum:30}${crc32:6}", 1).unwrap_or_default()
}

/// The samples of the built-in rules.
pub(super) fn texts() -> Vec<Vec<u8>> {
    let samples = rule::embedded().iter().flat_map(|rule| rule.samples.iter().take(1));
    samples.filter_map(|sample| fill(sample.text, 1).ok()).map(String::into_bytes).collect()
}

/// A token in each encoding, and two in one another.
pub(super) fn encoded() -> Vec<Vec<u8>> {
    let text = format!("token = {}\n", token());
    let each = |f: fn(u8) -> String| text.bytes().map(f).collect::<String>();
    let (hex, percent) = (each(|b| format!("{b:02x}")), each(|b| format!("%{b:02X}")));
    let (escaped, entities) = (each(|b| format!("\\u{b:04x}")), each(|b| format!("&#{b};")));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (once, twice) = (STANDARD.encode(&text), STANDARD.encode(&hex));
    let joined = format!("a = \"{}\" + \"{}\"", &text[..20], &text[20..40]);
    let printable = format!("{}=\n{}=3D", &text[..30], &text[30..45]);
    let forms: [(u8, &[u8]); 9] = [
        (0, once.as_bytes()),
        (1, hex.as_bytes()),
        (2, percent.as_bytes()),
        (3, escaped.as_bytes()),
        (4, entities.as_bytes()),
        (5, printable.as_bytes()),
        (0, &wide),
        (0, twice.as_bytes()),
        (7, joined.as_bytes()),
    ];
    kinds(&forms)
}

/// A small archive of each format; a nested one.
pub(super) fn archives() -> Vec<Vec<u8>> {
    let text = format!("token = {}\n", token()).repeat(20).into_bytes();
    let tar = tar(&text).unwrap_or_default();
    let gzip = gzip(&tar).unwrap_or_default();
    let zstd = ruzstd::encoding::compress_to_vec(&text[..], ruzstd::encoding::CompressionLevel::Fastest);
    let zip = zip(&text).unwrap_or_default();
    let both = zip_of(&gzip).unwrap_or_default();
    let bzip2 = bzip2(&text).unwrap_or_default();
    // Xz has no encoder here: its magic, and a block that no decoder takes for one.
    let xz = b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46\x02\0\x21\x01\x16\0\0\0\x74\x2f\xe5\xa3\x01\0\x09some text\n";
    kinds(&[(0, &tar), (0, &gzip), (0, &zstd), (0, &zip), (0, &both), (0, &bzip2), (0, xz)])
}

fn tar(text: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    builder.append_data(&mut header, "etc/a.txt", text)?;
    builder.into_inner()
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn bzip2(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn zip(text: &[u8]) -> Result<Vec<u8>, rawzip::Error> {
    let mut out = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut out);
    let deflate = rawzip::CompressionMethod::DEFLATE;
    let (mut entry, config) = archive.new_file("a/b.txt").compression_method(deflate).start()?;
    let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::fast());
    let mut writer = config.wrap(encoder);
    writer.write_all(text)?;
    let (encoder, descriptor) = writer.finish()?;
    encoder.finish()?;
    entry.finish(descriptor)?;
    archive.finish()?;
    Ok(out)
}

fn zip_of(bytes: &[u8]) -> Result<Vec<u8>, rawzip::Error> {
    zip(bytes)
}

/// A dotenv file, quoted in each way.
pub(super) fn dotenv() -> Vec<Vec<u8>> {
    let text =
        "# c\nexport A=1\nDB_PASSWORD='x y'\nB=\"a\\n${A}\"\nK: v\nC=`x`\nDOTENV_PUBLIC_KEY=\"03a\"\nZ";
    kinds(&[(4, format!(".env{text}").as_bytes()), (9, format!(".env.keys{text}").as_bytes())])
}

fn tree(entries: &[(&str, &str)]) -> Vec<u8> {
    entries
        .iter()
        .flat_map(|(mode, name)| format!("{mode} {name}\0aaaaaaaaaaaaaaaaaaaa").into_bytes())
        .collect()
}

/// Two versions of a directory.
pub(super) fn trees() -> Vec<Vec<u8>> {
    let one = tree(&[("100644", "a"), ("40000", "b"), ("120000", "c"), ("160000", "d")]);
    let two = tree(&[("100644", "a"), ("40000", "b"), ("120000", "e"), ("160000", "d")]);
    kinds(&[(0, &one), (1, &[one.clone(), one.clone()].concat()), (1, &[one.clone(), two].concat())])
}

/// A commit, a merge, a signed one, a tag.
pub(super) fn commits() -> Vec<Vec<u8>> {
    let who = "A <a@b.c> 1700000000 +0100";
    owned(&[
        &format!("tree {ID}\nparent {ID}\nparent {ID}\nauthor {who}\ncommitter {who}\n\nmessage\n"),
        &format!("tree {ID}\nauthor {who}\ncommitter {who}\nencoding X\ngpgsig -----BEGIN\n x\n\nmessage"),
        &format!("object {ID}\ntype commit\ntag v1\ntagger {who}\n\nmessage\n"),
    ])
}

/// A delta that copies and inserts.
pub(super) fn deltas() -> Vec<Vec<u8>> {
    let base = b"some text of sixteen";
    let delta = [20, 13, 0x91, 5, 10, 3, b'a', b'b', b'c'];
    vec![[&[20, 0], &base[..], &delta].concat()]
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// A pack of a blob, a tree and a delta, with its index.
pub(super) fn packs() -> Vec<Vec<u8>> {
    let entries: [(u8, &[u8]); 3] =
        [(0x3a, b"some text\n"), (0x2d, b"100644 a\0"), (0x69, &[10, 10, 0x90, 10])];
    let (mut pack, mut offsets) = (b"PACK\0\0\0\x02\0\0\0\x03".to_vec(), Vec::new());
    for (number, (head, bytes)) in entries.into_iter().enumerate() {
        offsets.push(pack.len() as u32);
        pack.push(head);
        if number == 2 {
            pack.push((pack.len() - 1 - offsets[0] as usize) as u8);
        }
        pack.extend(zlib(bytes));
    }
    pack.extend([0; 20]);
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    index.extend(3u32.to_be_bytes().repeat(256));
    index.extend((0..3).flat_map(|id| [0, 0, id].into_iter().chain([7; 17])));
    index.extend([0; 12]);
    index.extend(offsets.iter().flat_map(|offset| offset.to_be_bytes()));
    index.extend([0; 40]);
    vec![[&(index.len() as u16).to_le_bytes()[..], &index, &pack].concat()]
}

/// Loose objects of each kind.
pub(super) fn loose() -> Vec<Vec<u8>> {
    let tree = [b"tree 28\0".to_vec(), tree(&[("100644", "a")])].concat();
    kinds(&[(1, b"blob 4\0text"), (1, &tree), (1, b"commit 2\0\n\n"), (0, &zlib(b"tag 1\0x"))])
}

/// The files of git that are told apart.
pub(super) fn repository() -> Vec<Vec<u8>> {
    let config = "[core]\n\trepositoryformatversion = 1\n\tbare = false\n\tfsmonitor = x\n[extensions]\n\
        \tobjectformat = sha1\n\tpartialClone = o\n[remote \"o\"]\n\turl = https://a:b@c/d\n[include]\n\tpath = y\n";
    let entry = [&[0; 24][..], b"\0\0\x81\xa4", &[0; 12], &[7; 20], b"\0\x01a\0\0\0\0\0\0\0"].concat();
    let index = [b"DIRC\0\0\0\x02\0\0\0\x01", &entry[..], &[0; 20]].concat();
    let log = format!("{ID} {ID} A <a@b.c> 1 +0000\tmessage\n");
    let packed = format!("# pack-refs with: peeled fully-peeled sorted \n{ID} refs/tags/a\n^{ID}\n");
    let id = format!("{ID}\n");
    kinds(&[
        (0, config.as_bytes()),
        (1, &index),
        (2, packed.as_bytes()),
        (3, b"ref: refs/heads/main\n"),
        (4, id.as_bytes()),
        (5, log.as_bytes()),
        (6, id.as_bytes()),
        (7, b"../other/objects\n# comment\n"),
        (8, b"../.git\n"),
        (9, b"*.log\n!a\n"),
        (10, b"gitdir: elsewhere\n"),
    ])
}

/// A rule that uses what a rule can have.
pub(super) fn rule_files() -> Vec<Vec<u8>> {
    let plain = "provider = \"Acme\"\n[[rule]]\nid = \"acme-token\"\ndescription = \"d\"\nseverity = \"high\"\n\
        anchors = [\"acme_\"]\npattern = 'acme_(?P<secret>[a-z0-9]{20})'\n\
        samples = [\"acme_${lower:20}\"]\ncounter_samples = [\"acme_a\"]\n";
    let more = "entropy = 3.0\ncharset = [\"digit\"]\nexclude = ['^acme_x']\nplaceholders = [\"your\"]\n\
        files = [\"*.env\"]\ncontext = { words = [\"acme\"], within = 80, required = true }\nmax_len = 40\n\
        left = '[a-z]'\nright = '[a-z]'\nchecksum = \"crc32\"\n";
    owned(&[plain, &format!("{plain}{more}"), &plain.replace("anchors", "names")])
}

/// A configuration that uses what it can have.
pub(super) fn configs() -> Vec<Vec<u8>> {
    owned(&[
        "version = 1\ninherit = false\ndisable = [\"github-pat-classic\"]\n",
        "[[allow]]\nreason = \"r\"\npaths = [\"a/**\"]\nexpires = 2030-01-01\nrules = [\"github-*\"]\n",
        "[[rule]]\nid = \"x-y\"\ndescription = \"d\"\nseverity = \"low\"\nanchors = [\"abcd\"]\npattern = 'abcd[0-9]{20}'\n",
        "[override.github-pat-classic]\nseverity = \"low\"\nconfidence = \"high\"\n",
    ])
}

/// Files of other scanners, and a baseline.
pub(super) fn foreign() -> Vec<Vec<u8>> {
    let ignore = format!("# c\n{ID}:a/b.txt:rule-id:12\na:b:c:3\n");
    kinds(&[
        (0, b"{\"tokensieve_baseline\": 1, \"salt\": \"00112233445566778899aabbccddeeff\", \"entries\": [\
            {\"hash\": \"0123456789abcdef\", \"rule\": \"x\", \"path\": \"a\"}]}"),
        (1, ignore.as_bytes()),
        (2, b"title = \"t\"\n[extend]\nuseDefault = true\ndisabledRules = [\"x\"]\n[[rules]]\nid = \"a\"\n\
            description = \"d\"\nregex = '''abcd_[a-z]{20}'''\nkeywords = [\"abcd_\"]\nentropy = 3\nsecretGroup = 1\n\
            [[rules.allowlists]]\nregexTarget = \"line\"\nregexes = ['''x+''']\nstopwords = [\"y\"]\n"),
        (2, b"[allowlist]\npaths = ['''^a/b\\.txt$''', '''(.*?)(png|svg)$''']\ncommits = [\"0\"]\nregexes = ['''a|b''']\n"),
        (3, b"[{\"RuleID\": \"a\", \"Secret\": \"REDACTED\", \"File\": \"x\", \"StartLine\": 3, \"Commit\": \"\"}]"),
        (4, b"{\"results\": {\"a.py\": [{\"hashed_secret\": \"0123\", \"line_number\": 3}]}}"),
        (5, b"{\"results\": {\"a.py\": [{\"hashed_secret\": \"0123\", \"line_number\": 3}]}}"),
    ])
}

/// Lines of a push in either direction.
pub(super) fn pushes() -> Vec<Vec<u8>> {
    owned(&[
        &format!("refs/heads/main {ID} refs/heads/main {ID}\n"),
        &format!("{ID} {ID} refs/heads/main\n\n"),
    ])
}

/// Three findings with texts of all kinds.
pub(super) fn reports() -> Vec<Vec<u8>> {
    let texts =
        ["a/@@.rs", "x = \"@@\";", "]]><script>", "=1+1|,::%0A", "\u{202e}\x1b[31m\n\t", "\u{fffe}\\"];
    let text = |i: usize| [&[texts[i % texts.len()].len() as u8], texts[i % texts.len()].as_bytes()].concat();
    let many: Vec<u8> = (0..60).flat_map(|i| [vec![i as u8], text(i)].concat()).collect();
    vec![[&[1, 3], &many[..]].concat(), [&[2, 1, 255, 1, 2], &many[..]].concat()]
}
