"""Runs secret scanners over a folder, with values masked, and gives the places of their findings.

`SCANNERS` names each scanner as the command lines of `creddata.py` and `score.py` do: it takes the binary and the
folder and yields (path, line), the path as the scanner wrote it.
"""
import json
import os
import pathlib
import re
import subprocess
import tempfile


def run(*command):
    return subprocess.run(command, capture_output=True, check=False)


def unmasked(path, known):
    """The one of the known paths that a path is, in which a chosen word that is a secret was masked."""
    if "********" not in path:
        return path
    pattern = re.compile(".*".join(map(re.escape, path.split("********"))))
    return next((p for p in known if pattern.fullmatch(p)), path)


def of_tokensieve(binary, folder, level):
    known = [os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names]
    options = ("--no-config", "--no-ignore", "--confidence", level, "--format", "jsonl")
    for record in map(json.loads, run(binary, "dir", *options, folder).stdout.splitlines()):
        if record["type"] == "finding" and record["rule"] != "dotenv-file":
            for place in record.get("occurrences") or [record]:
                yield unmasked(place["path"], known), place["line"]


def of_betterleaks(binary, folder, levels):
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        run(binary, folder, "--no-banner", "--redact", "-s", "-o", report.name, "--exit-code", "0")
        findings = json.load(report)["findings"] or []
    for finding in findings:
        # What stands in a container or in a binary file has no line.
        if finding["confidence"] in levels and "start_line" in finding["location"]:
            yield finding["location"]["path"], finding["location"]["start_line"]


def of_gitleaks(binary, folder):
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        run(binary, "dir", folder, "--no-banner", "--redact=100", "-f", "json", "-r", report.name, "--exit-code", "0")
        for finding in json.loads(pathlib.Path(report.name).read_bytes() or b"[]") or []:
            yield finding["File"], finding["StartLine"]


def of_kingfisher(binary, folder):
    options = ("--format", "json", "--no-validate", "--no-update-check", "--redact", "--git-history", "none", "--no-dedup")
    report, _ = json.JSONDecoder().raw_decode(run(binary, "scan", folder, *options).stdout.decode())
    for finding in report["findings"]:
        yield finding["finding"]["path"], int(finding["finding"]["line"])


SCANNERS = {
    "tokensieve": lambda b, f: of_tokensieve(b, f, "medium"),
    "tokensieve-low": lambda b, f: of_tokensieve(b, f, "low"),
    "betterleaks": lambda b, f: of_betterleaks(b, f, {"low", "medium", "high"}),
    "betterleaks-medium": lambda b, f: of_betterleaks(b, f, {"medium", "high"}),
    "gitleaks": of_gitleaks,
    "kingfisher": of_kingfisher,
}


def places(scanner, binary, folder):
    """Path in the folder -> lines on which the scanner's findings begin."""
    found = {}
    for path, line in SCANNERS[scanner](binary, folder):
        found.setdefault(os.path.relpath(path, folder) if os.path.isabs(path) else path, set()).add(line)
    return found
