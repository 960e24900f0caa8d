"""Scores secret scanners on the labelled lines of Samsung/CredData.

Usage: creddata.py CREDDATA CLONES NAME=BINARY...

CREDDATA is a clone of https://github.com/Samsung/CredData (its `snapshot.json` and `meta/` are read). CLONES holds
a clone OWNER/NAME per repository, which may be bare; those that are missing or lack the labelled commit are left
out and counted. NAME is tokensieve, tokensieve-low, betterleaks, betterleaks-medium, gitleaks or kingfisher. The
labelled files of each repository are checked out into a temporary folder under their real paths, and each scanner
runs over them once, with values masked; nothing of what they hold is kept or printed.

A label counts as found when a finding begins on one of its lines, as wrongly found when such a line has no true
label. Kinds that are no credentials (identifiers, nonces, salts, names of buckets and domains) are left out.
Repositories are split by a hash of their name: tokensieve was tuned on one half, and only the other half's figures
say how it does elsewhere.
"""
import binascii
import collections
import csv
import hashlib
import json
import os
import pathlib
import sys
import tempfile

from scanners import places, run

NO_CREDENTIALS = {"UUID", "Nonce", "Salt", "AWS S3 Bucket", "Firebase Domain", "Tencent WeChat API App ID", "Other", ""}
NAMED = {"Key", "Token", "Secret", "API", "Credential", "Auth", "Dropbox App secret", "CMD Token"}
FAMILIES = ("password", "url", "header", "named", "private", "jwt", "provider")


def family(category):
    kinds = set(category.split(":")) - NO_CREDENTIALS
    if not kinds:
        return None
    if any("Private Key" in k or k in ("JWK", "NKEY Seed") for k in kinds):
        return "private"
    if "URL Credentials" in kinds:
        return "url"
    if kinds & {"Basic Authorization", "Bearer Authorization"}:
        return "header"
    if any("Web Token" in k for k in kinds):
        return "jwt"
    if any("Password" in k or "SecureString" in k for k in kinds):
        return "password"
    if kinds == {"Auth"}:
        return "header"
    return "named" if kinds <= NAMED else "provider"


def is_tuning(name):
    return hashlib.sha256(name.encode()).digest()[0] % 2 == 0


def check_out(clone, commit, ids, folder):
    """Writes the files whose path hashes to one of the ids; gives id -> path, or None without the commit."""
    tree = run("git", "-C", clone, "ls-tree", "-r", "-z", commit)
    if tree.returncode:
        return None
    paths = {}
    for entry in filter(None, tree.stdout.split(b"\0")):
        head, path = entry.split(b"\t", 1)
        mode, kind, blob = head.split()
        file_id = hashlib.sha256(path).hexdigest()[:8]
        if file_id in ids and kind == b"blob" and mode != b"120000":
            target = folder / os.fsdecode(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(run("git", "-C", clone, "cat-file", "blob", blob.decode()).stdout)
            paths[file_id] = os.fsdecode(path)
    return paths


def count(rows, found):
    """(family, label, hit) -> number, where label is whether the line is a credential."""
    true_lines = collections.defaultdict(set)
    for path, lines, is_true, _ in rows:
        if is_true:
            true_lines[path].update(lines)
    counts = collections.Counter()
    for path, lines, is_true, kind in rows:
        lines = lines if is_true else set(lines) - true_lines[path]
        if kind:
            counts[kind, is_true, any(line in found[path] for line in lines)] += 1
    return counts


def ratios(counts, kinds=FAMILIES):
    sums = {key: sum(counts[k, *key] for k in kinds) for key in ((True, True), (True, False), (False, True))}
    right, missed, wrong = sums.values()
    recall, precision = right / max(1, right + missed), right / max(1, right + wrong)
    return recall, precision, 2 * recall * precision / max(1e-9, recall + precision)


def table(name, half, per_repository):
    total = sum(per_repository, collections.Counter())
    each = [c for c in per_repository if any(key[1] for key in c)]
    mean = [sum(values) / max(1, len(each)) for values in zip(*(ratios(c) for c in each))]
    line = " ".join(f"{k} {ratios(total, [k])[0]:.2f}@{ratios(total, [k])[1]:.2f}" for k in FAMILIES)
    recall, precision, f1 = ratios(total)
    print(f"{name}, {half}: recall {recall:.2f} precision {precision:.2f} F1 {f1:.2f}, mean recall {mean[0]:.2f}; {line}")


def main(creddata, clones, *scanners):
    scanners = [s.split("=", 1) for s in scanners]
    results, left_out = collections.defaultdict(list), 0
    for key, url in json.loads(pathlib.Path(creddata, "snapshot.json").read_text()).items():
        name = url.removeprefix("https://github.com/")
        meta = f"{binascii.crc32(binascii.unhexlify(key)):08x}.csv"
        labels = list(csv.DictReader(open(pathlib.Path(creddata, "meta", meta))))
        with tempfile.TemporaryDirectory() as folder:
            clone, ids = pathlib.Path(clones, name), {label["FileID"] for label in labels}
            paths = clone.is_dir() and check_out(clone, key[:40], ids, pathlib.Path(folder))
            if not paths:
                left_out += 1
                continue
            rows = [
                (paths[r["FileID"]], range(int(r["LineStart"]), int(r["LineEnd"]) + 1), r["GroundTruth"] == "T", family(r["Category"]))
                for r in labels
                if r["FileID"] in paths
            ]
            for scanner, binary in scanners:
                found = collections.defaultdict(set, places(scanner, binary, folder))
                results[scanner, is_tuning(name)].append(count(rows, found))
    print(f"{left_out} repositories left out")
    for (scanner, tuned), per_repository in sorted(results.items()):
        table(scanner, f"{len(per_repository)} repositories it was tuned on" if tuned else f"{len(per_repository)} others", per_repository)


main(*sys.argv[1:])
