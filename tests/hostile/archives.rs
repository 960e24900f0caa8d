//! Archives and encodings that were made to do harm.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::guard::{run, scan};
use super::util::{Scratch, paths, token};

const MB: usize = 1 << 20;

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut out);
    for (name, bytes) in members {
        let deflate = rawzip::CompressionMethod::DEFLATE;
        let (mut entry, config) = archive.new_file(name).compression_method(deflate).start().unwrap();
        let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::best());
        let mut writer = config.wrap(encoder);
        writer.write_all(bytes).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    out
}

#[test]
fn bombs_are_told_and_bounded() {
    let zeros = vec![0; 300 * MB];
    let bomb = gzip(&zeros);
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).write("bomb.gz", &bomb).write("twice.gz", gzip(&bomb));
    scratch.write("bomb.zip", zip(&[("zeros", &zeros[..150 * MB]), ("more", &zeros[..150 * MB])]));
    drop(zeros);
    scratch.commit("bombs");
    for args in [&["dir"][..], &["git"]] {
        let told = scan(&scratch, args);
        assert_eq!((told.findings.len(), told.code), (1, 2), "{args:?}: {}", told.summary);
        let names = &told.summary["skipped"][0]["names"];
        assert_eq!(names.as_array().map(Vec::len), Some(4), "{args:?}: {}", told.summary);
        assert!(told.peak < 600 * MB as u64, "{args:?}: {} MB", told.peak as usize / MB);
    }
}

#[test]
fn names_of_members_are_no_paths() {
    let (one, two) = (token(1), token(2));
    let bytes = zip(&[("../../../up", one.as_bytes()), ("/etc/x\x1b[31m\n", two.as_bytes())]);
    let scratch = Scratch::repository();
    scratch.write("in/a.zip", &bytes);
    let told = scan(&scratch, &[]);
    assert_eq!(paths(&told.is_all_of(2).findings), ["in/a.zip!etc/x\u{1b}[31m\n", "in/a.zip!up"]);
    assert!(!scratch.root().join("../up").exists());
    for format in tokensieve::report::Format::all() {
        assert_eq!(run(&scratch, &["--format", format.name()], None).code, 1, "{format}");
    }
}

#[test]
fn archives_nested_beyond_the_limit_are_told() {
    let mut bytes = token(1).into_bytes();
    for depth in 0..50 {
        bytes = zip(&[(&format!("level-{depth}.zip"), &bytes)]);
    }
    let scratch = Scratch::repository();
    scratch.write("deep.zip", &bytes).commit("deep");
    for args in [&["dir"][..], &["git"]] {
        assert_eq!(scan(&scratch, args).code, 2, "{args:?}");
    }
}

#[test]
fn base64_nested_beyond_the_limit_ends() {
    let scratch = Scratch::repository();
    let mut text = token(1);
    for _ in 0..20 {
        text = STANDARD.encode(format!("text: {text}"));
    }
    scratch.write("deep.txt", &text);
    let mut text = token(2);
    for _ in 0..3 {
        text = STANDARD.encode(format!("text: {text}"));
    }
    scratch.write("three.txt", &text);
    scan(&scratch, &[]).is_all_of(1);
}

#[test]
fn very_many_members_end_at_the_limit() {
    let names: Vec<String> = (0..100_100).map(|i| i.to_string()).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let scratch = Scratch::repository();
    scratch.write("a.txt", token(1)).write("many.zip", zip(&members));
    let told = scan(&scratch, &[]);
    assert_eq!((told.findings.len(), told.code), (1, 2), "{}", told.summary);
}
