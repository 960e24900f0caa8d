"""Scores secret scanners on labelled lines of public repositories, with 95 % intervals.

Usage: score.py CLONES NAME=BINARY...

CLONES holds a folder OWNER/NAME per repository of labelled.tsv with the files of the commit named there;
repositories that are missing are left out and counted. NAME is one of `scanners.py`. The labels hold places, no
values; LABELS.md says what they mean. Per family: recall of what is labelled `secret`, the same with `weak` among
what should be found, precision where a finding on a `no` is wrong and one on a `weak` is neither right nor wrong,
and precision where it is wrong, too. Intervals are of 1,000 samples of repositories, drawn with replacement.

The first sample is what tokensieve was tuned on. Of the second, it may be tuned on the repositories whose hash is
even; only the other half's figures say how it does elsewhere.
"""
import collections
import csv
import hashlib
import pathlib
import random
import sys

from scanners import places

FAMILIES = ("password", "key", "url", "header", "private")
# A private key is reported where its block, its object or its private member begins, lines off the label.
AROUND = {"private": range(-12, 26)}


def part(repository, sample):
    if sample == "first":
        return "first sample"
    even = hashlib.sha256(repository.encode()).digest()[0] % 2 == 0
    return "second sample, tuning half" if even else "second sample, other half"


def count(rows, found):
    """(family, label, hit) -> number of lines of one repository."""
    counts = collections.Counter()
    for row in rows:
        around = AROUND.get(row["family"], [0]) if row["label"] == "secret" else [0]
        lines = found.get(row["path"], ())
        counts[row["family"], row["label"], any(int(row["line"]) + i in lines for i in around)] += 1
    return counts


def ratios(counts, family):
    secret, missed, weak, weak_missed, wrong = (
        counts[family, *key] for key in (("secret", True), ("secret", False), ("weak", True), ("weak", False), ("no", True))
    )
    pairs = (
        (secret, secret + missed),
        (secret + weak, secret + missed + weak + weak_missed),
        (secret, secret + wrong),
        (secret, secret + wrong + weak),
    )
    return [right / of if of else None for right, of in pairs]


def summed(each):
    total = collections.Counter()
    for counts in each:
        total.update(counts)
    return total


def intervals(each, draws=1000):
    """family -> per ratio the bounds between which 95 % of the drawn samples lie."""
    rng = random.Random(1)
    drawn = [summed(rng.choices(each, k=len(each))) for _ in range(draws)]
    bounds = {}
    for family in FAMILIES:
        columns = (sorted(v for v in column if v is not None) for column in zip(*(ratios(d, family) for d in drawn)))
        bounds[family] = [(c[len(c) // 40], c[-1 - len(c) // 40]) if c else None for c in columns]
    return bounds


def report(scanner, name, each):
    total, bounds = summed(each), intervals(each)
    print(f"\n{scanner}, {name}, {len(each)} repositories")
    for family in FAMILIES:
        cells = [
            f"{ratio:.2f} [{low_high[0]:.2f}-{low_high[1]:.2f}]" if ratio is not None else "-"
            for ratio, low_high in zip(ratios(total, family), bounds[family])
        ]
        lines = [sum(total[family, label, hit] for hit in (True, False)) for label in ("secret", "weak", "no")]
        print(f"  {family} {'/'.join(map(str, lines))}: recall {cells[0]}, with weak {cells[1]}; precision {cells[2]}, weak wrong {cells[3]}")


def main(clones, *scanners):
    repositories = collections.defaultdict(list)
    with open(pathlib.Path(__file__).with_name("labelled.tsv"), newline="") as labels:
        for row in csv.DictReader(labels, delimiter="\t", quoting=csv.QUOTE_NONE):
            repositories[row["repository"], row["sample"]].append(row)
    present = {key: rows for key, rows in repositories.items() if pathlib.Path(clones, key[0]).is_dir()}
    print(f"{len(repositories) - len(present)} of {len(repositories)} repositories left out")
    for scanner, binary in (s.split("=", 1) for s in scanners):
        results = collections.defaultdict(list)
        for (repository, sample), rows in present.items():
            folder = pathlib.Path(clones, repository).resolve()
            results[part(repository, sample)].append(count(rows, places(scanner, binary, folder)))
        for name, each in sorted(results.items()):
            report(scanner, name, each)


main(*sys.argv[1:])
