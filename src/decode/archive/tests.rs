use std::io::Write as _;

use bstr::ByteSlice as _;
use proptest::prelude::*;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::*;

/// What came out: path, and bytes or the problem.
type Out = Vec<(String, Result<Vec<u8>, Problem>)>;

fn unpacked_within(bytes: &[u8], limits: &Limits) -> (Out, Result<(), Problem>) {
    let mut out = Vec::new();
    let result =
        unpack(bytes, limits, &mut |e| out.push((e.path.to_string(), e.content.map(<[u8]>::to_vec))));
    (out, result)
}

fn unpacked(bytes: &[u8]) -> Out {
    let (out, result) = unpacked_within(bytes, &Limits::default());
    result.unwrap();
    out
}

fn is(path: &str, bytes: &[u8]) -> (String, Result<Vec<u8>, Problem>) {
    (path.to_owned(), Ok(bytes.to_vec()))
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut out);
    for (name, bytes) in members {
        let (mut entry, config) =
            archive.new_file(name).compression_method(CompressionMethod::DEFLATE).start().unwrap();
        let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
        let mut writer = config.wrap(encoder);
        writer.write_all(bytes).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    out
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// "some text\n", made by `xz`: there is no encoder here.
const XZ: &[u8] = &[
    0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02, 0x00, 0x21, 0x01, 0x16,
    0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00, 0x09, 0x73, 0x6f, 0x6d, 0x65, 0x20, 0x74, 0x65,
    0x78, 0x74, 0x0a, 0x00, 0x00, 0x00, 0x80, 0x41, 0x49, 0x0d, 0x11, 0xda, 0xfe, 0x1b, 0x00, 0x01, 0x22,
    0x0a, 0x15, 0x1a, 0xe1, 0x67, 0x1f, 0xb6, 0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a,
];

#[test]
fn every_format() {
    let text = b"some text\n";
    assert_eq!(unpacked(&zip(&[("a", text), ("b/c", b"x")])), [is("a", text), is("b/c", b"x")]);
    assert_eq!(unpacked(&tar(&[("a", text), ("b/c", b"x")])), [is("a", text), is("b/c", b"x")]);
    for bytes in [gzip(text), bzip2(text), zstd(text), XZ.to_vec()] {
        assert_eq!(unpacked(&bytes), [is("", text)]);
    }
}

#[test]
fn files_of_several_streams() {
    for pack in [gzip, bzip2, zstd] {
        let both = [pack(b"one "), pack(b"two")].concat();
        assert_eq!(unpacked(&both), [is("", b"one two")]);
    }
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9][..], &zstd(b"x")].concat();
    assert_eq!(unpacked(&[zstd(b"a"), skippable].concat()), [is("", b"ax")]);
}

#[test]
fn nested_and_a_compressed_tar_is_one_level() {
    let inner = gzip(&tar(&[("etc/x", b"deep"), ("y.gz", &gzip(b"deeper"))]));
    let outer = zip(&[("in.tgz", &inner), ("z", b"flat")]);
    assert_eq!(
        unpacked(&outer),
        [is("in.tgz!etc/x", b"deep"), is("in.tgz!y.gz", b"deeper"), is("z", b"flat")]
    );
}

#[test]
fn a_name_is_only_a_name() {
    for name in ["../../etc/passwd", "/etc/passwd", "C:\\x", "a\nb"] {
        // The writer cleans names, so a harmless one is overwritten.
        let harmless = "x".repeat(name.len());
        let archive = zip(&[(&harmless, b"x")]).replace(&harmless, name);
        assert_eq!(unpacked(&archive)[0], is(name, b"x"));
        assert_eq!(unpacked(&tar(&[(name, b"x")]))[0], is(name, b"x"));
    }
}

#[test]
fn what_is_nested_too_deep_is_given_as_bytes_with_a_problem() {
    let deep = (0..4).fold(b"core".to_vec(), |inner, i| zip(&[(&*format!("{i}.zip"), &inner)]));
    let out = unpacked(&deep);
    assert_eq!(out.len(), 2);
    assert_eq!(out[0].0, "3.zip!2.zip!1.zip");
    assert_eq!(sniff(out[0].1.as_ref().unwrap()), Some(Format::Zip));
    assert_eq!(out[1].1, Err(Problem::Limit("archives nested too deep")));
}

#[test]
fn bombs_end_at_a_limit() {
    let zeros = vec![0; 17 << 20];
    for bomb in [gzip(&zeros), bzip2(&zeros), zip(&[("bomb", &zeros)]), gzip(&gzip(&zeros))] {
        let (out, _) = unpacked_within(&bomb, &Limits::default());
        let size: usize = out.iter().filter_map(|(_, c)| c.as_ref().ok()).map(Vec::len).sum();
        assert!(size as u64 <= FREE, "{size}");
        assert!(out.iter().any(|(_, c)| *c == Err(Problem::Limit("expands too much"))));
    }
}

#[test]
fn all_members_together_are_limited_in_size_and_number() {
    let many: Vec<(String, Vec<u8>)> = (0..10).map(|i| (format!("f{i}"), vec![b'a' + i; 100])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(n, b)| (&**n, &**b)).collect();
    for bytes in [zip(&many), tar(&many)] {
        let (out, result) = unpacked_within(&bytes, &Limits { entries: 4, ..Limits::default() });
        assert_eq!((out.len(), result), (4, Err(Problem::Limit("too many members"))));
        let (out, result) = unpacked_within(&bytes, &Limits { total: 250, ..Limits::default() });
        let size: usize = out.iter().filter_map(|(_, c)| c.as_ref().ok()).map(Vec::len).sum();
        assert_eq!((size, result), (250, Err(Problem::Limit("members too large together"))));
    }
}

#[test]
fn a_damaged_member_gives_its_beginning_and_a_problem() {
    let text: Vec<u8> = (0..60_000u32).flat_map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let whole = gzip(&text);
    let out = unpacked(&whole[..whole.len() / 2]);
    let beginning = out[0].1.as_ref().unwrap();
    assert!(beginning.len() > 60_000 && text.starts_with(beginning));
    assert!(matches!(out[1].1, Err(Problem::Corrupt(_))));
    let archive = zip(&[("a", b"first"), ("b", b"second")]);
    assert!(matches!(unpacked_within(&archive[..40], &Limits::default()).1, Err(Problem::Corrupt(_))));
}

#[test]
fn an_encrypted_member_and_an_unknown_method_are_named() {
    let mut archive = zip(&[("a", b"first")]);
    let directory = archive.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    archive[directory + 8] |= 1;
    assert_eq!(unpacked(&archive), [("a".to_owned(), Err(Problem::Encrypted))]);
    archive[directory + 8] &= !1;
    archive[directory + 10] = 98;
    assert!(matches!(&unpacked(&archive)[0].1, Err(Problem::Unsupported(_))));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), kind in 0..6, at in 0..600usize) {
        let base = match kind {
            0 => zip(&[("a", b"some text"), ("b", &gzip(b"x"))]),
            1 => tar(&[("a", b"some text")]),
            2 => gzip(b"some text"),
            3 => bzip2(b"some text"),
            4 => zstd(b"some text"),
            _ => XZ.to_vec(),
        };
        let cut = at.min(base.len());
        let mut damaged = base.clone();
        damaged.splice(cut..(cut + bytes.len() / 50).min(base.len()), bytes.iter().copied().take(bytes.len() / 50));
        let _ = unpacked_within(&damaged, &Limits::default());
        let mixed = [&base[..cut.min(20)], &bytes].concat();
        let _ = unpacked_within(&mixed, &Limits::default());
    }
}
