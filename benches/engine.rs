//! The engine on text in memory, all rules on. `TOKENSIEVE_BENCH_TREE` names a folder whose files are
//! scanned; without it, text made from this crate's own sources is.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench may panic")]

use std::path::Path;
use std::{env, fs, hint};

use bstr::BStr;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use tokensieve::blob::Origin;
use tokensieve::finding::Surface;
use tokensieve::rule;
use tokensieve::scanner::{Depths, Scanner};

/// At most this many bytes are scanned.
const MOST: usize = 256 << 20;

fn collect(folder: &Path, files: &mut Vec<Vec<u8>>, total: &mut usize) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().flatten().collect();
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() && entry.file_name() != ".git" && entry.file_name() != "target" {
            collect(&entry.path(), files, total);
        } else if kind.is_file() && *total < MOST {
            let bytes = fs::read(entry.path()).unwrap();
            *total += bytes.len();
            files.push(bytes);
        }
    }
}

fn engine(c: &mut Criterion) {
    let tree = env::var("TOKENSIEVE_BENCH_TREE").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    let (mut files, mut total) = (Vec::new(), 0);
    collect(Path::new(&tree), &mut files, &mut total);
    let path = BStr::new("src/file");
    let mut group = c.benchmark_group("engine");
    group.throughput(Throughput::Bytes(total as u64)).sample_size(10);
    for (name, decode) in [("all rules", Depths::default().decode), ("all rules, nothing decoded", 0)] {
        let depths = Depths { decode, ..Depths::default() };
        let scanner = Scanner::with_options(rule::embedded().iter().collect(), depths);
        group.bench_function(name, |b| {
            let mut worker = scanner.worker();
            let origin = Origin::tree(path, path, Surface::File);
            b.iter(|| {
                files
                    .iter()
                    .for_each(|bytes| drop(hint::black_box(scanner.scan(&mut worker, bytes, &origin))))
            });
        });
    }
    group.finish();
}

fn start(c: &mut Criterion) {
    c.bench_function("start with all rules", |b| {
        b.iter(|| hint::black_box(Scanner::new(rule::embedded().iter().collect())));
    });
}

criterion_group!(benches, engine, start);
criterion_main!(benches);
