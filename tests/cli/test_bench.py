"""The benchmarks' own parts: what they measure, what they read, and that their inputs are the same each time. No figure
is asserted."""

import io
import json
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest
from support import BINARY, ROOT

sys.path.insert(0, str(ROOT / "bench"))

from measuring import history, process  # noqa: E402
from measuring.table import Table  # noqa: E402
from peers import AbsentError, install, reports, tools  # noqa: E402


def test_memory_is_that_of_the_program_and_not_of_python():
    run = process.measure(process.Command(["/bin/true"]))
    assert 0 < run.peak < 8


def test_a_run_has_its_status_and_what_it_printed():
    run = process.measure(process.Command(["/bin/sh", "-c", "echo said; exit 1"]))
    assert (run.status, run.printed) == (1, "said\n")
    with pytest.raises(process.FailedError, match="status 3"):
        process.measure(process.Command(["/bin/sh", "-c", "exit 3"]))


def test_what_is_given_up_does_not_run_on(tmp_path):
    script = f"echo $$ > {tmp_path}/pid; exec sleep 100"
    with pytest.raises(process.FailedError, match="not done"):
        process.measure(process.Command(["/bin/sh", "-c", script]), seconds=1)
    state = Path("/proc", (tmp_path / "pid").read_text().strip(), "stat")
    for _ in range(100):  # the signal is sent when its parent has ended
        if not state.exists() or state.read_text().split()[2] == "Z":
            return
        time.sleep(0.1)
    raise AssertionError("it runs on")


def test_failures_are_named_and_the_others_measured():
    commands = {"good": process.Command(["/bin/true"]), "bad": process.Command(["/bin/sh", "-c", "exit 9"]),
                "once": process.Command(["/bin/true"], once=True)}  # fmt: skip
    results, failed = process.in_turn(commands, 3, 60)
    assert {name: len(runs) for name, runs in results.items()} == {"good": 3, "once": 1}
    assert failed == {"bad": "ended with status 9"}


def archive(folder, version, files):
    path = folder / f"shop-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as out:
        for name, text in files.items():
            member = tarfile.TarInfo(f"shop-{version}/{name}")
            member.size = len(text)
            out.addfile(member, io.BytesIO(text.encode()))
    return path


def test_releases_become_the_same_commits_each_time(tmp_path):
    archives = [archive(tmp_path, "1", {"a.py": "A = 1\n", "old.py": "", "../../out.py": "no"}),
                archive(tmp_path, "2", {"a.py": "A = 2\n", ".git/config": "no"})]  # fmt: skip
    heads = {history.commit_all(tmp_path / name, archives) for name in ("one", "two")}
    assert len(heads) == 1
    assert history.git(tmp_path / "one", "ls-tree", "-r", "--name-only", "HEAD~").split() == ["a.py", "old.py"]
    assert history.git(tmp_path / "one", "ls-tree", "-r", "--name-only", "HEAD").split() == ["a.py"]
    assert not (tmp_path / "out.py").exists()


# What each tool writes of a finding in line 3 of /t/a.py, as far as it is read.
REPORTS = {
    "gitleaks": [{"File": "/t/a.py", "StartLine": 3, "EndLine": 3}],
    "betterleaks": {"findings": [{"location": {"path": "/t/a.py", "start_line": 3, "end_line": 3}}]},
    "kingfisher": {"finding": {"path": "/t/a.py", "line": 3}},
    "detect-secrets": {"results": {"a.py": [{"line_number": 3}]}},
    "credsweeper": [{"line_data_list": [{"path": "/t/a.py", "line_num": 3}]}],
    "ripsecrets": None,
    "bandit": {"results": [{"filename": "/t/a.py", "line_number": 3, "line_range": [3]}]},
    "ruff": [{"filename": "/t/a.py", "location": {"row": 3}, "end_location": {"row": 3}}],
}


@pytest.mark.parametrize("name", tools.TOOLS)
def test_reports_are_read(name, tmp_path):
    text = json.dumps(REPORTS[name]) if REPORTS[name] else "/t/a.py:3:what\n"
    assert tools.read(tools.TOOLS[name], "/t", tmp_path / "none", text) == [("a.py", 3, 3, "", None)]


def test_a_report_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(AbsentError, match="could not be read"):
        tools.read(tools.TOOLS["ruff"], "/t", tmp_path / "none", "panic")


def test_lines_of_kingfisher_that_are_no_finding_are_passed_over():
    assert reports.read_kingfisher('{"summary": 1}\nnot json\n', "/t") == []


def test_every_tool_is_pinned():
    assert set(tools.TOOLS) == {*install.PYPI, *install.GO, *install.CARGO}


def test_a_script_of_another_package_is_not_taken_for_the_tool(tmp_path):
    shim = tmp_path / "bench-venv" / "bin" / "gitleaks"
    shim.parent.mkdir(parents=True)
    shim.write_text("")
    shim.chmod(0o755)
    with pytest.raises(AbsentError):
        install.find("gitleaks", tmp_path)


def test_the_program_is_taken_and_not_the_script_that_starts_it(tmp_path):
    for folder in ("bin", "lib/python3.12/site-packages/kingfisher/bin"):
        program = tmp_path / "bench-venv" / folder / "kingfisher"
        program.parent.mkdir(parents=True)
        program.write_text("")
        program.chmod(0o755)
    assert install.find("kingfisher", tmp_path).endswith("site-packages/kingfisher/bin/kingfisher")


def test_tables_name_what_they_leave_out():
    table = Table("Speed", ["tool", "wall s"], "Warm.")
    table.add("a|b", 1)
    table.leave_out("other", "not installed")
    assert table.markdown() == ("\n### Speed\n\n| tool | wall s |\n| --- | ---: |\n| a\\|b | 1 |\n\n"
                                "Warm.\nLeft out: other: not installed.")  # fmt: skip
    assert "Left out: other: not installed." in table.text()


def bench_run(tmp_path, *words):
    return subprocess.run([sys.executable, ROOT / "bench/run", "--keylift", BINARY, "--work", tmp_path / "work", *words],
                          capture_output=True, text=True)  # fmt: skip


def test_a_part_runs_alone_and_writes_markdown(tmp_path):
    done = bench_run(tmp_path, "--only", "file", "--peers", "", "--markdown")
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ")[0] for line in done.stdout.splitlines() if line.startswith("| ")]
    assert rows == ["| tool", "| ---", "| /bin/true", "| keylift FILE", "| keylift --staged"]


def test_an_unknown_part_is_refused(tmp_path):
    done = bench_run(tmp_path, "--only", "speed")
    assert done.returncode == 1 and "'speed' is none of corpus, file" in done.stderr
