"""Whole reports. A case is a folder tests/golden/scan/<name>.d or migrate/<name>.d: the project in input/, further arguments in
`flags`, the command in `command` when it is not scan, what must come out in expected.txt and expected.json. No code is needed for a new one; after a
change that is meant, scripts/accept-golden writes what comes out now.

In the input, «kind seed» stands for a value that is made when the test runs: «aws-id 1», «stripe-key 2»,
«password 3», so that nothing in the repository looks like a token."""

import json
import os
import re
import shlex
from pathlib import Path

import pytest

import support

CASES = sorted([*Path(__file__).parent.glob("scan/*.d"), *Path(__file__).parent.glob("migrate/*.d")])


def lay_out(case, project):
    for path in sorted((case / "input").rglob("*")):
        if path.is_file():
            project.write(path.relative_to(case / "input"), support.expand(path.read_bytes()))


def masked(text):
    """Without what differs from run to run: the version and the time."""
    report = json.loads(text)
    report["tool"] = "keylift"
    if "stats" in report:
        report["stats"]["seconds"] = 0
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def shown(text, project):
    """Without the folder, and without what its length does to the lines."""
    text = text.replace(str(project.path), "PROJECT")
    return re.sub(r"  file:\s+PROJECT.*?\n(?=  \w+:)", lambda m: f"  {' '.join(m[0].split())}\n", text, flags=re.S)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_the_report_is_as_expected(keylift, tmp_path, home, case):
    project, again = (support.Project(tmp_path / name / "project", home) for name in ("text", "json"))
    for each in (project, again):  # a migration is done once
        lay_out(case, each)
    flags = shlex.split((case / "flags").read_text()) if (case / "flags").exists() else []
    command = (case / "command").read_text().strip() if (case / "command").exists() else "scan"
    text = keylift(command, *flags, cwd=project)
    machine = keylift(command, "--format", "json", *flags, cwd=again)
    assert text.stderr == "" and machine.stderr == ""
    assert text.returncode == machine.returncode
    found = {
        "expected.txt": f"{shown(text.stdout, project)}status {text.returncode}\n",
        "expected.json": shown(masked(machine.stdout), again),
    }
    for name, now in found.items():
        if os.environ.get("KEYLIFT_ACCEPT"):
            (case / name).write_text(now, encoding="utf-8")
        assert now == (case / name).read_text(encoding="utf-8"), f"{case.name}/{name}: see scripts/accept-golden"


def test_there_are_cases():
    assert len(CASES) >= 5
