"""What is printed: no secret, nothing that drives a terminal, and readable at any size."""

import base64
import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

import support
import support_terminal


def test_no_form_of_a_secret_is_shown(keylift, project):
    secret = support.made_stripe_key()
    project.write("a.py", f'KEY = "{secret}"\nTABLE = {{"{secret}": "{secret}"}}\nraise ValueError("{secret}")\n')
    forms = [secret, base64.b64encode(secret.encode()).decode()[:20], secret.encode().hex()]
    for args in (["scan"], ["scan", "--format", "json"], ["scan", "-v"], ["env"], ["scan", "--exhaustive"]):
        done = keylift(*args, ".", cwd=project)
        assert done.returncode in (0, 1)
        for form in forms:
            assert form not in done.stdout and form not in done.stderr


def test_names_of_files_cannot_drive_the_terminal(keylift, project):
    name = "a\x1b[2J\n\u202eb\x07.py"
    project.write(name, f'AWS_KEY = "{support.made_aws_id()}"\n')
    done = keylift("scan", "--color", "never", ".", cwd=project)
    assert done.returncode == 1
    shown = done.stdout.replace("\n", "")
    assert all(ch.isprintable() for ch in shown)
    assert "a\\x1b[2J\\n\\u202eb\\x07.py:1:11" in shown


def test_a_name_that_is_not_utf8_is_shown_and_valid_in_json(keylift, project):
    with open(os.path.join(os.fsencode(project), b"a\xff.py"), "w") as file:
        file.write(f'AWS_KEY = "{support.made_aws_id()}"\n')
    assert "a\\xff.py:1:11" in keylift("scan", ".", cwd=project).stdout
    report = json.loads(keylift("scan", "--format", "json", ".", cwd=project).stdout)
    assert report["findings"][0]["path"].endswith("a\ufffd.py")


def test_colour_is_for_terminals_unless_asked(keylift, project):
    project.write("a.py", f'AWS_KEY = "{support.made_aws_id()}"\n')
    assert "\x1b" not in keylift("scan", ".", cwd=project).stdout
    assert "\x1b" in keylift("scan", "--color", "always", ".", cwd=project).stdout
    assert "\x1b" in keylift("scan", "--color=always", ".", cwd=project, env={"NO_COLOR": "1"}).stdout
    assert "\x1b" not in keylift("scan", "--color", "never", ".", cwd=project).stdout


def test_colour_watched(keylift, project, home):
    project.write("a.py", "x = 1\n")

    def on_terminal(**more):
        env = support.clean_env(home, TERM="xterm", **more)
        return support_terminal.run([keylift.binary, "scan", "."], project, env)[2]

    assert "\x1b[" in on_terminal()
    assert "\x1b[" not in on_terminal(NO_COLOR="1")


def test_three_thousand_findings_begin_with_an_overview_and_are_all_listed(keylift, project):
    for number in range(30):
        project.write(f"m{number}.py", "".join(f'K{i} = "{support.made_aws_id(seed=number * 100 + i)}"\n' for i in range(100)))
    done = keylift("scan", ".", cwd=project)
    lines = done.stdout.splitlines()
    assert lines[0] == "By rule" and "3,000" in lines[1]
    assert sum(line.startswith("m") for line in lines) == 3000
    assert any(line.startswith("3,000 findings in 30 files") for line in lines)


def test_a_reader_that_leaves_early_is_no_error(keylift, project, home):
    for number in range(50):
        project.write(f"m{number}.py", "".join(f'K{i} = "{support.made_aws_id(seed=number * 100 + i)}"\n' for i in range(60)))
    command = f'"{keylift.binary}" scan .; echo "status $?" >&2'
    done = subprocess.run(
        ["sh", "-c", f"({command}) | head -1"], cwd=project, env=support.clean_env(home), capture_output=True,
        text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == "By rule\n"
    assert done.stderr == "status 1\n"


def test_a_full_disk_is_an_error(keylift, project, home):
    project.write("a.py", "x = 1\n")
    with open("/dev/full", "w") as full:
        done = subprocess.run([keylift.binary, "scan", "."], cwd=project, env=support.clean_env(home), stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60)  # fmt: skip
    assert done.returncode == 2 and "standard output" in done.stderr


def bytes_read(pid):
    """How much a process has read: a scan that has read some files has many before it."""
    return int(re.search(r"rchar: (\d+)", Path(f"/proc/{pid}/io").read_text())[1])


def test_an_interrupt_gives_the_report_so_far_and_status_2(keylift, project, home):
    many = support.made_password(seed=5)
    for number in range(400):
        project.write(f"d{number % 20}/m{number}.py", f'x{number} = "{many}{number}"\n' * 800)
    args = [*support.INTERRUPTIBLE, keylift.binary, "scan", "--exhaustive", "--jobs", "1", "-q", "."]
    done = subprocess.Popen(args, cwd=project, env=support.clean_env(home), stdout=subprocess.PIPE, text=True)
    while done.poll() is None and bytes_read(done.pid) < 100_000:
        time.sleep(0.005)
    done.send_signal(signal.SIGINT)
    out, _ = done.communicate(timeout=60)
    assert done.returncode == 2 and "Interrupted" in out and "Scanned" in out


def test_the_json_report_has_the_documented_keys_in_order(keylift, project):
    project.write("a.py", 'import os\nurl = os.environ.get("DB_URL", "x")\n' f'AWS_KEY = "{support.made_aws_id()}"\n')
    report = json.loads(keylift("scan", "--format", "json", ".", "nowhere", cwd=project).stdout)
    assert list(report) == ["version", "tool", "findings", "environment", "errors", "stats"]
    assert list(report["findings"][0]) == [
        "rule", "message", "path", "line", "column", "end_line", "end_column", "start_byte", "end_byte", "name",
        "context", "redacted", "fingerprint", "severity", "confidence", "fixable", "reason", "suppressed", "revoke",
    ]  # fmt: skip
    assert list(report["environment"][0]) == ["name", "path", "line", "column", "access", "default", "secret"]
    assert list(report["errors"][0]) == ["path", "message"]
    assert list(report["stats"]) == ["files", "bytes", "skipped", "suppressed", "seconds"]


def test_the_json_report_is_the_same_with_any_number_of_threads(keylift, project):
    for number in range(40):
        project.write(f"d{number % 7}/m{number}.py", f'KEY = "{support.made_aws_id(seed=number)}"\n')
    reports = []
    for jobs in ("1", "2", "8"):
        report = json.loads(keylift("scan", "--format", "json", "--jobs", jobs, ".", cwd=project).stdout)
        del report["stats"]["seconds"]
        reports.append(report)
    assert reports[0] == reports[1] == reports[2] and len(reports[0]["findings"]) == 40


def test_report_env_chooses_the_reads(keylift, project):
    project.write("a.py", 'import os\na = os.environ["DB_PASSWORD"]\nb = os.environ["DEBUG"]\n')

    def names(*args):
        report = json.loads(keylift("scan", "--format", "json", *args, ".", cwd=project).stdout)
        return [read["name"] for read in report["environment"]]

    assert names() == ["DB_PASSWORD", "DEBUG"]
    assert names("--report-env", "secrets") == ["DB_PASSWORD"]
    assert names("--report-env", "none") == []


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, bytes(range(256)) * 50, b"\xff\xfe" + b"a\x00" * 99, b"('" * 5000])
def test_any_bytes_are_a_valid_input(keylift, project, content):
    project.write("a.py", content)
    done = keylift("scan", ".", cwd=project)
    assert done.returncode in (0, 1, 2) and "Scanned" in done.stdout
    piped = keylift("scan", "-", "--stdin-filename", "a.py", input=content, cwd=project)
    assert piped.returncode in (0, 1, 2)


def test_verbose_says_which_rule_and_how_sure(keylift, project):
    project.write("a.py", f'AWS_KEY = "{support.made_aws_id()}"\n')
    assert "rule aws-access-key-id, confidence 0." in keylift("scan", "-v", ".", cwd=project).stdout
    assert "rule aws-access-key-id" not in keylift("scan", ".", cwd=project).stdout


def test_migrate_is_proposed_only_for_what_it_would_take(keylift, project):
    project.write("conf.yaml", f"key: {support.made_aws_id(seed=1)}\n")
    project.write("tests/test_a.py", f'AWS_KEY = "{support.made_aws_id(seed=2)}"\n')
    assert "keylift migrate" not in keylift("scan", ".", cwd=project).stdout
    project.write("a.py", f'AWS_KEY = "{support.made_aws_id(seed=3)}"\n')
    assert "keylift migrate ." in keylift("scan", ".", cwd=project).stdout


def watched(keylift, project, home, *args, answers=lambda shown: None):
    """(status, standard output, what the terminal got) of a run with its messages on a terminal."""
    return support_terminal.run([keylift.binary, *args], project, support.clean_env(home), answers,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)  # fmt: skip


@pytest.fixture
def much(project):
    """Work for more than half a second."""
    line = f'x = "{support.made_password(seed=5)}"\n'
    for number in range(200):
        project.write(f"d{number % 20}/m{number}.py", line * 800)
    return project


@pytest.mark.slow
def test_progress_is_shown_on_a_terminal_and_leaves_nothing(keylift, much, home):
    slowly = ["scan", "--exhaustive", "--jobs", "1", "--fail-on", "high", *(f"d{number}" for number in range(6))]
    status, out, seen = watched(keylift, much, home, *slowly)
    lines = seen.removeprefix("\r").split("\r")
    assert all(re.fullmatch(r"[\d,]+ files, \d+ MB, \d+ MB/s, [\d,]+ findings\x1b\[K", line) for line in lines[:-1])
    assert len(lines) > 1 and lines[-1] == "\x1b[K" and "MB/s" not in out.split("Scanned")[0]
    for more in ("--no-progress", "--quiet"):
        again, _, seen = watched(keylift, much, home, *slowly, more)
        assert again == status and seen == ""
    done = keylift(*slowly, cwd=much)
    assert "\r" not in done.stderr + done.stdout


@pytest.mark.slow
def test_ctrl_c_ends_with_the_report_so_far(keylift, much, home):
    args = ["scan", "--exhaustive", "--jobs", "1", "--format", "json", "."]
    presses = ["\x03"]  # once: a second one would not wait for the report
    press = lambda shown: presses.pop() if presses and b"MB/s" in shown else None
    status, out, _ = watched(keylift, much, home, *args, answers=press)
    report = json.loads(out)
    assert status == 2 and report["errors"] == [{"path": "", "message": "interrupted: this report is incomplete"}]
    assert 0 < report["stats"]["files"] < 200


def test_a_diff_is_coloured_and_has_relative_paths(keylift, project):
    value = support.made_stripe_key()
    project.write("shop/pay.py", f'STRIPE_KEY = "{value}"\n')
    done = keylift("plan", "--color", "always", "shop", cwd=project)
    lines = done.stdout.splitlines()
    removed, added = ([line for line in lines if "STRIPE_KEY" in line and sign in line] for sign in ("[redacted]", "os.environ"))
    assert len(removed) == len(added) == 1 and value not in done.stdout, done.stdout
    assert removed[0].startswith("\x1b[31m-") and added[0].startswith("\x1b[32m+")
    assert any("--- a/shop/pay.py" in line for line in lines) and any("+++ b/shop/pay.py" in line for line in lines)
    plain = keylift("plan", "--color", "never", "shop", cwd=project).stdout
    assert "\x1b" not in plain and "\n--- a/shop/pay.py\n+++ b/shop/pay.py\n" in plain
