"""The tools, each with its commands and the reading of its report."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Callable, NamedTuple

from peers import AbsentError, reports


class Tool(NamedTuple):
    """Commands without the program: {path} is a folder, a file or a repository, {out} the file of the report, without
    which the report goes to standard output. None where a tool has no such command."""

    folder: str
    read: Callable
    staged: str | None = None  # run in the repository
    history: str | None = None
    status: tuple = (0, 1)  # what is no failure


GITLEAKS = "--no-banner --exit-code 0 --report-format json --report-path {out}"
BETTERLEAKS = "--no-banner --no-color --exit-code 0 -o {out}"
KINGFISHER = "scan --no-validate --no-update-check --format jsonl --output {out}"
TOOLS = {
    "gitleaks": Tool(f"dir {GITLEAKS} {{path}}", reports.read_gitleaks,
                     f"git --staged {GITLEAKS} {{path}}", f"git {GITLEAKS} {{path}}"),
    "betterleaks": Tool(f"fs {BETTERLEAKS} {{path}}", reports.read_betterleaks,
                        f"git --staged {BETTERLEAKS} {{path}}", f"git {BETTERLEAKS} {{path}}"),
    "kingfisher": Tool(f"{KINGFISHER} {{path}}", reports.read_kingfisher,
                       f"{KINGFISHER} --staged {{path}}", f"{KINGFISHER} --git-history full {{path}}", (0, 200, 205)),
    "detect-secrets": Tool("scan --all-files --no-verify {path}", reports.read_detect_secrets),
    "credsweeper": Tool("--ml_threshold medium --path {path} --save-json {out}", reports.read_credsweeper),
    "ripsecrets": Tool("{path}", reports.read_ripsecrets),
    "bandit": Tool("-q -r -t B105,B106,B107 -f json --exit-zero {path}", reports.read_bandit),
    "ruff": Tool("check --isolated --no-cache --select S105,S106,S107 --exit-zero --output-format json {path}", reports.read_ruff),
}  # fmt: skip


def command(binary, template, path, out):
    return [binary, *(word.format(path=path, out=out) for word in template.split())]


def read(tool, path, out, printed):
    """What the tool reports, of the file that it was to write, or else of what it printed."""
    text = Path(out).read_text("utf-8", "replace") if Path(out).exists() else printed
    try:
        return tool.read(text, str(path))
    except (ValueError, KeyError, TypeError) as problem:
        raise AbsentError(f"its report could not be read: {problem!r}"[:100]) from None


def run(name, binary, folder, out, seconds):
    """What the tool reports on the folder, and how long it took."""
    tool = TOOLS[name]
    Path(out).unlink(missing_ok=True)
    begin = time.monotonic()
    try:
        done = subprocess.run(command(binary, tool.folder, folder, out), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, errors="replace", timeout=seconds, cwd=folder)  # fmt: skip
    except subprocess.TimeoutExpired:
        raise AbsentError(f"not done in {seconds} seconds") from None
    took = time.monotonic() - begin
    return read(tool, folder, out, done.stdout), took


def run_keylift(binary, folder, *more):
    words = [binary, "scan", "--no-config", "--no-gitignore", "--report-env", "none", "--format", "json", *more, folder]
    begin = time.monotonic()
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True)
    report = json.loads(done.stdout)
    return (reports.read_keylift(done.stdout, os.fspath(folder)), time.monotonic() - begin,
            report["tool"], report["stats"]["bytes"])  # fmt: skip
