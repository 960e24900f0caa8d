"""Scores tokensieve on labelled lines of public repositories.

Usage: score.py TOOL CLONES, where CLONES holds a folder OWNER/NAME per repository of labelled.tsv, checked out
at the commit named there; repositories that are missing are left out. Prints recall and precision per family at
the default confidence. The labels hold places, no values.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

# A private key is reported where its block or its private member begins, which may be lines below the label.
BELOW = {"private": 25}


def unmasked(path, known):
    """The one of the known paths that a path is, in which a chosen word that is a secret was masked."""
    pattern = re.compile(".*".join(map(re.escape, path.split("********"))))
    return next((p for p in known if pattern.fullmatch(p)), path)


def findings(tool, clone, known):
    run = [pathlib.Path(tool).resolve(), "dir", "--no-config", "--no-ignore", "--format", "jsonl"]
    lines = subprocess.run(run, capture_output=True, text=True, check=False, cwd=clone).stdout.splitlines()
    found = collections.defaultdict(set)
    for record in map(json.loads, lines):
        if record["type"] == "finding" and record["rule"] != "dotenv-file":
            for place in record.get("occurrences") or [record]:
                found[unmasked(place["path"], known)].add(place["line"])
    return found


def main(tool, clones):
    labels = [l.rstrip("\n").split("\t") for l in open(pathlib.Path(__file__).with_name("labelled.tsv"))][1:]
    cache, counts = {}, collections.defaultdict(collections.Counter)
    for repository, _commit, path, line, family, label in labels:
        clone = pathlib.Path(clones, repository).resolve()
        if not clone.is_dir():
            counts[family]["left out"] += 1
            continue
        if clone not in cache:
            cache[clone] = findings(tool, clone, {l[2] for l in labels if l[0] == repository})
        below = BELOW.get(family, 0) if label == "secret" else 0
        hit = any(int(line) <= at <= int(line) + below for at in cache[clone][path])
        counts[family][label, hit] += 1
    for family, count in counts.items():
        right, missed, wrong = count["secret", True], count["secret", False], count["no", True]
        recall, precision = right / max(1, right + missed), right / max(1, right + wrong)
        print(f"{family}: recall {recall:.2f} of {right + missed}, precision {precision:.2f}, left out {count['left out']}")


main(*sys.argv[1:])
