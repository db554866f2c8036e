"""The tools, each as a command over a folder and a reading of what it says: [(path, first line, last line, severity)],
paths relative to the folder. A tool that is not there is named, and not counted."""

import json
import os
import re
import subprocess
import time
from pathlib import Path


class Absent(Exception):
    """The tool is not installed, or gave nothing that can be read."""


def relative(path, folder):
    return os.path.relpath(os.path.join(folder, path), folder)


def read_keylift(text, folder):
    return [
        (relative(f["path"], folder), f["line"], f["end_line"], f["severity"], f)
        for f in json.loads(text)["findings"]
    ]


def read_gitleaks(text, folder):
    return [(relative(f["File"], folder), f["StartLine"], f["EndLine"], "", None) for f in json.loads(text or "[]")]


def read_betterleaks(text, folder):
    places = [f["location"] for f in json.loads(text)["findings"]]
    return [(relative(p["path"], folder), p["start_line"], p["end_line"], "", None) for p in places]


def read_lines_of_json(path_of, line_of):
    def read(text, folder):
        out = []
        for line in text.splitlines():
            try:
                f = json.loads(line)
                out.append((relative(path_of(f), folder), line_of(f), line_of(f), "", None))
            except (ValueError, KeyError, TypeError):
                continue
        return out

    return read


def read_detect_secrets(text, folder):
    found = json.loads(text)["results"]
    return [(relative(p, folder), f["line_number"], f["line_number"], "", None) for p, all_of in found.items() for f in all_of]


def read_bandit(text, folder):
    found = json.loads(text)["results"]
    return [(relative(f["filename"], folder), f["line_number"], f["line_range"][-1], "", None) for f in found]


def read_ruff(text, folder):
    found = json.loads(text)
    return [(relative(f["filename"], folder), f["location"]["row"], f["end_location"]["row"], "", None) for f in found]


def read_ripsecrets(text, folder):
    found = re.findall(r"^(.+?):(\d+):", text, re.MULTILINE)
    return [(relative(path, folder), int(line), int(line), "", None) for path, line in found]


def read_credsweeper(text, folder):
    return [
        (relative(row["path"], folder), row["line_num"], row["line_num"], "", None)
        for f in json.loads(text)
        for row in f["line_data_list"]
    ]


# The name, its command with {folder} and {out} (a file for what it reports; else standard output), its reader.
TOOLS = {
    "gitleaks": ("gitleaks dir --no-banner --exit-code 0 --report-format json --report-path {out} {folder}", read_gitleaks),
    "betterleaks": (
        "betterleaks fs --no-banner --no-color --exit-code 0 -o {out} {folder}", read_betterleaks),
    "kingfisher": (
        "kingfisher scan --no-validate --no-update-check --format jsonl --output {out} {folder}",
        read_lines_of_json(lambda f: f["finding"]["path"], lambda f: f["finding"]["line"])),
    "detect-secrets": ("detect-secrets scan --all-files --no-verify {folder}", read_detect_secrets),
    "credsweeper": ("credsweeper --ml_threshold medium --path {folder} --save-json {out}", read_credsweeper),
    "ripsecrets": ("ripsecrets {folder}", read_ripsecrets),
    "bandit": ("bandit -q -r -t B105,B106,B107 -f json --exit-zero {folder}", read_bandit),
    "ruff": ("ruff check --isolated --no-cache --select S105,S106,S107 --exit-zero --output-format json {folder}", read_ruff),
}  # fmt: skip


def find(name, folders):
    for folder in folders:
        for place in (Path(folder) / name, Path(folder) / "bin" / name):
            if place.exists():
                return str(place)
    raise Absent("not installed")


def run(name, binary, folder, out, seconds):
    """What the tool reports on the folder, and how long it took."""
    template, reader = TOOLS[name]
    words = [w.format(folder=folder, out=out) for w in template.split()]
    Path(out).unlink(missing_ok=True)
    begin = time.monotonic()
    try:
        done = subprocess.run([binary, *words[1:]], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              errors="replace", timeout=seconds, cwd=folder)  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Absent(f"not done in {seconds} seconds") from None
    text = Path(out).read_text("utf-8", "replace") if "{out}" in template and Path(out).exists() else done.stdout
    try:
        return reader(text, folder), time.monotonic() - begin
    except (ValueError, KeyError, TypeError) as problem:
        raise Absent(f"its report could not be read: {problem!r}"[:100]) from None


def run_keylift(binary, folder, *more):
    command = [binary, "scan", "--no-config", "--no-gitignore", "--report-env", "none", "--format", "json", *more, folder]
    begin = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    report = json.loads(done.stdout)
    return read_keylift(done.stdout, folder), time.monotonic() - begin, report["tool"], report["stats"]["bytes"]
