"""--findings FILE with the reports that other scanners really write: each is run on a project with secrets that are made for
the run, in every format that it has and keylift reads, and each place that it reports must be in the plan. Run by hand, with
the scanners in PATH or where the benchmark puts them (bench/run --only file installs them below build/):

    build/venv/bin/python -m pytest tests/byhand/test_reports.py

The shapes were last compared with gitleaks 8.30.1, Betterleaks 2.0.0-rc.4, Kingfisher 2.14.0, detect-secrets 1.5.0 and
TruffleHog of August 2026. What TruffleHog finds in .git, and in SARIF on a line with several literals, stays by design.
"""

import json
import shutil
import string
import subprocess
import sys

import pytest
import support
from support import made

sys.path.insert(0, str(support.ROOT / "bench"))
from peers import AbsentError, install  # noqa: E402

KEY_LINES = "\n".join(made("", 64, string.ascii_letters + string.digits + "+/", seed=n) for n in range(10))
KEY = "-----BEGIN RSA PRIVATE" + f" KEY-----\n{KEY_LINES}\n-----END RSA PRIVATE" + " KEY-----\n"
GITHUB, OTHER, PASSWORD = "ghp" + "_" + made("", 36, seed=1), "ghp" + "_" + made("", 36, seed=2), "kq7" + made("", 14, seed=3)
SLACK = "xo" + "xb-" + "-".join(made("", n, string.digits, seed=n) for n in (12, 12)) + "-" + made("", 24, seed=4)
FILES = {
    "src/my shop/pay.py": f'import os\n\nGITHUB_TOKEN = "{GITHUB}"\nif os:\n\ttoken, other = "{SLACK}", "plain"\n',
    "src/keys.py": f'KEY = """{KEY}"""\nurl = "postgresql://bob:{PASSWORD}@db.internal/shop"\n'.replace("\n", "\r\n"),
    "src/one.py": f'x, y = "plain", "{KEY}"\n'.replace("\n", "\\n").replace('"\\n', '"\n'),
    "src/mark.py": f'\ufeff# é\nname = "é"; GITHUB_TOKEN = "{OTHER}"\n',
}  # fmt: skip
# Where a secret stands, whichever of them a scanner finds.
PLACES = {("src/my shop/pay.py", 3, 16), ("src/my shop/pay.py", 5, 17), ("src/keys.py", 1, 7), ("src/keys.py", 14, 7),
          ("src/one.py", 1, 17), ("src/mark.py", 2, 28)}  # fmt: skip
GITLEAKS = "--no-banner -l error --exit-code 0 -r {out}"
BETTERLEAKS = "--no-banner --no-color --exit-code 0 -o {out}"
KINGFISHER = "scan --no-validate --no-update-check --output {out}"
REPORTS = [("gitleaks", f"{way} {GITLEAKS} -f {kind} {more} .", f"r.{kind}")
           for way in ("dir", "git") for kind in ("json", "csv", "sarif") for more in ("", "--redact", "--redact=30")]  # fmt: skip
REPORTS += [("betterleaks", f"{way} {BETTERLEAKS} {more} .", f"r.{kind}")
            for way in ("fs", "git") for kind in ("json", "jsonl") for more in ("", "--redact", "--redact=30")]  # fmt: skip
REPORTS += [("kingfisher", f"{KINGFISHER} --format {kind} {more} .", f"r.{kind}")
            for kind in ("json", "jsonl", "sarif") for more in ("", "--redact", "--git-history none")]  # fmt: skip
REPORTS += [("detect-secrets", f"scan {more} .", "r.json") for more in ("", "--slim", "--all-files")]
REPORTS += [("trufflehog", f"{way} --no-verification --no-update {kind}", "r")
            for way in ("filesystem .", "git file://.") for kind in ("--json", "--sarif")]  # fmt: skip


@pytest.fixture
def planted(project):
    for path, text in FILES.items():
        project.write(path, text)
    return project.git_init().commit()


def run(name, words, out, planted):
    try:
        binary = shutil.which(name) or install.find(name, support.BUILD)
    except (AbsentError, StopIteration):
        pytest.skip(f"{name} is not installed")
    command = [binary, *(word.format(out=out) for word in words.split())]
    done = subprocess.run(command, cwd=planted.path, env=support.clean_env(planted.home), capture_output=True, timeout=120)
    if not out.exists():
        out.write_bytes(done.stdout)
    assert out.stat().st_size > 0, done.stderr


@pytest.mark.parametrize("name, words, file", REPORTS, ids=lambda value: str(value).partition(" --no-banner")[0][:60])
def test_each_place_that_a_scanner_reports_is_planned_and_moved(keylift, planted, name, words, file):
    out = planted.path.parent / file
    run(name, words, out, planted)
    done = keylift("plan", ".", "--findings", str(out), "--format", "json", cwd=planted)
    plan = json.loads(done.stdout)
    left = [s for s in plan["left"] if not s["path"].startswith(".git/") and "several literals" not in s["reason"]]
    found = {(s["path"], s["line"], s["column"]) for s in plan["sites"]}
    assert found and found <= PLACES and not left
    done = keylift("migrate", ".", "--findings", str(out), "--yes", cwd=planted)
    assert done.returncode == (1 if plan["left"] else 0), done.stdout + done.stderr
    for path in FILES:
        compile((planted.path / path).read_bytes(), path, "exec")
