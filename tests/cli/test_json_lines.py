"""JSON Lines, which are written while the scan goes on: what is written when, and that it is what the JSON report says."""

import json
import signal
import subprocess

import pytest

import support


def lines_of(text):
    """(type, the rest) of each line, all of them whole."""
    made = [json.loads(line) for line in text.splitlines()]
    assert text.endswith("\n") and all(list(line)[0] == "type" for line in made)
    return [(line.pop("type"), line) for line in made]


def findings(text):
    return [line for kind, line in lines_of(text) if kind == "finding"]


def in_order(items):
    return sorted(items, key=lambda f: (f["path"], f["start_byte"], f["end_byte"], f["rule"]))


def many(count, first=1):
    """Python with so many findings that no pipe holds their lines."""
    return "".join(f'connect(password="{support.made_password(seed=n)}")\n' for n in range(first, first + count))


class Scanning:
    """A scan by one thread that has written the lines of a first file into a full pipe, and has to wait for the reader."""

    def __init__(self, keylift, project, *names, flags=()):
        project.write("first.py", many(400))
        command = [*support.INTERRUPTIBLE, support.BINARY, "scan", "--format", "jsonl", "--jobs", "1", *flags, "first.py", *names]
        self.process = subprocess.Popen(command, cwd=project.path, env=support.clean_env(keylift.home), stdout=subprocess.PIPE, text=True)
        self.first = self.process.stdout.readline()

    def end(self):
        with self.process:
            text = self.first + self.process.stdout.read()
        return self.process.returncode, text


def test_the_lines_of_a_file_are_there_before_the_next_file_is_read(keylift, project):
    project.write("z.py", "x = 1\n")
    scanning = Scanning(keylift, project, "z.py")
    project.write("z.py", f'password = "{support.made_password(seed=1000)}"\n')
    status, text = scanning.end()
    assert status == 1 and [f["path"] for f in findings(text)] == ["first.py"] * 400 + ["z.py"]
    assert findings(text) == in_order(findings(text))


def test_an_interruption_leaves_whole_lines_and_says_so(keylift, project):
    project.write("z.py", many(1, first=1000))
    scanning = Scanning(keylift, project, "z.py")
    scanning.process.send_signal(signal.SIGINT)
    status, text = scanning.end()
    kinds = [kind for kind, line in lines_of(text)]
    assert status == 2 and kinds == ["finding"] * 400 + ["error", "stats"]
    assert "incomplete" in lines_of(text)[-2][1]["message"] and lines_of(text)[-1][1]["files"] == 1


@pytest.fixture
def tree(project):
    """Files of all kinds, and findings that are decided in different ways."""
    secret = support.made_password(seed=3)
    project.write("a.py", f'key = "{support.made_stripe_key(seed=1)}"\nx = {{"pass\\x1b[31mword": "{support.made_password(seed=2)}"}}\n'
                  f'db_password = "{secret}"  # keylift: ignore\n')  # fmt: skip
    project.write("app/consts.py", f'ROOT = "{support.made_password(seed=4)}"\npassword = "{support.made_password(seed=5)}"\n')
    project.write("app/use.py", f'from app import consts\nconnect(password=consts.ROOT)\nconnect(password="{secret}")\n')
    project.write("b.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": [f'token = "{support.made_aws_id(seed=6)}"\n']}]}))
    project.write("config.yaml", f"password: {support.made_password(seed=7)}\nother: {support.made_aws_id(seed=6)}\n")
    for n in range(70):
        project.write(f"many/{n}.py", f'import os\npassword = "{support.made_password(seed=100 + n)}"\nos.environ["SHOP_TOKEN"]\n')
    return project


@pytest.mark.parametrize("jobs", [1, 4])
@pytest.mark.parametrize("flags", [(), ("--show-suppressed",), ("--fingerprint-key-file", "key"), ("--min-confidence", "0")])
def test_lines_are_what_the_json_report_says(keylift, tree, jobs, flags):
    tree.write("key", "k" * 32)
    done = [keylift("scan", *flags, "--exclude", "key", "--format", form, "--jobs", str(jobs), ".", cwd=tree) for form in ("json", "jsonl")]
    report = json.loads(done[0].stdout)
    assert [d.returncode for d in done] == [1, 1] and len(report["findings"]) > 75
    lines = lines_of(done[1].stdout)
    assert in_order(findings(done[1].stdout)) == report["findings"]
    assert [line for kind, line in lines if kind == "environment"] == report["environment"]
    stats = {**lines[-1][1], "seconds": 0}
    assert lines[-1][0] == "stats" and stats.pop("tool") == report["tool"] and stats == {**report["stats"], "seconds": 0}


def test_what_another_module_may_change_waits(keylift, project):
    """What looks random is a password, for its use in another module says so."""
    project.write("consts.py", f'ROOT_VALUE = "{support.made_password(24, seed=1)}"\n')
    project.write("z.py", many(1, first=3))
    flags = ["scan", "--min-confidence", "0", "--format", "jsonl", "consts.py"]
    [alone] = findings(keylift(*flags, cwd=project).stdout)
    assert alone["rule"] == "generic-random"
    project.write("use.py", "from consts import ROOT_VALUE\nconnect(password=ROOT_VALUE)\n")
    text = keylift(*flags, "use.py", "z.py", cwd=project).stdout
    assert [(f["path"], f["rule"]) for f in findings(text)] == [("z.py", "generic-password"), ("consts.py", "generic-password")]


def test_no_line_shows_as_a_name_what_a_later_file_tells_to_be_a_secret(keylift, project):
    secret, weak = support.made_password(seed=1), "dragons"
    project.write("a.py", f'x = {{"{secret}": "{support.made_stripe_key(seed=2)}"}}\n{weak} = "{support.made_stripe_key(seed=3)}"\n')
    project.write("b.py", f'db_password = "{support.made_password(seed=4)}"\n')
    project.write("z.py", f'password = "{secret}"\ndef f(password="{weak}"): pass\n')
    text = keylift("scan", "--format", "jsonl", "--jobs", "1", "a.py", "b.py", "z.py", cwd=project).stdout
    assert secret not in text and weak not in text
    names = [(f["path"], f["name"]) for f in findings(text)]
    assert names == [("b.py", "db_password"), ("z.py", "password"), ("z.py", "password"), *[("a.py", "[redacted]")] * 2]


def test_what_the_baseline_may_answer_waits_and_the_rest_does_not(keylift, project):
    old = many(1)
    project.write("a.py", old)
    done = keylift("baseline", "--accept-all", "--reason", "old", "a.py", "--baseline", "b.json", cwd=project)
    assert done.returncode == 0, done.stderr
    project.write("a.py", many(1, first=2) + old)
    project.write("z.py", old + many(1, first=3))
    flags = ["scan", "--baseline", "b.json", "--format"]
    text = keylift(*flags, "jsonl", "--jobs", "1", "a.py", "z.py", cwd=project).stdout
    assert [(f["path"], f["line"]) for f in findings(text)] == [("a.py", 1), ("z.py", 2), ("z.py", 1)]
    assert lines_of(text)[-1][1]["suppressed"] == 1
    assert in_order(findings(text)) == json.loads(keylift(*flags, "json", "a.py", "z.py", cwd=project).stdout)["findings"]


def test_further_reports_have_what_was_written_before(keylift, tree):
    done = keylift("scan", "--format", "jsonl", "--also", "json=out.json", "--also", "jsonl=out.jsonl", "--exclude", "out.*", ".", cwd=tree)
    report = json.loads(tree.read("out.json"))
    assert done.returncode == 1 and in_order(findings(done.stdout)) == report["findings"] == findings(tree.read("out.jsonl"))
    done = keylift("scan", "--format", "jsonl", "-o", "alone.jsonl", "--exclude", "*.jsonl", "--exclude", "*.json", ".", cwd=tree)
    assert done.returncode == 1 and findings(tree.read("alone.jsonl")) == report["findings"]


def test_the_status_counts_what_was_written_before(keylift, project):
    project.write("a.py", 'password = "dragons"\n')
    assert keylift("scan", "--format", "jsonl", "a.py", cwd=project).returncode == 0
    assert keylift("scan", "--format", "jsonl", "--fail-on", "low", "a.py", cwd=project).returncode == 1


def test_a_reader_that_leaves_is_no_error_and_a_full_disk_is_one(keylift, project):
    project.write("z.py", "x = 1\n")
    scanning = Scanning(keylift, project, "z.py")
    scanning.process.stdout.close()
    assert scanning.process.wait() == 1
    with open("/dev/full", "w") as full:
        done = subprocess.run([support.BINARY, "scan", "--format", "jsonl", "first.py"], cwd=project.path, stdout=full, stderr=subprocess.PIPE,
                              env=support.clean_env(keylift.home), text=True)  # fmt: skip
    assert done.returncode == 2 and "cannot write standard output" in done.stderr
