"""A hundred thousand findings, in one file or in a thousand: the reports are whole, and are not held in memory."""

import json
import random
import string
import subprocess
import sys
from pathlib import Path

import pytest

import support

sys.path.insert(0, str(support.ROOT / "bench"))

from measuring import process  # noqa: E402

MANY = 100_000
OVERFULL = 21_000  # more than a file may have that is scanned as a whole
SANITIZED = b"__asan_init" in Path(support.BINARY).read_bytes()


def passwords(count, seed):
    """Of no word, by chance, either."""
    source = random.Random(seed)
    kinds = [string.ascii_uppercase, string.digits, string.ascii_lowercase] * 7
    return ["".join(map(source.choice, kinds)) for _ in range(count)]


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    values = passwords(MANY, 1)
    (folder / "one.py").write_text("".join(f'connect(password="{value}")\n' for value in values))
    (folder / "one.yaml").write_text("".join(f"password: {value}\n" for value in values))
    for n in range(1000):
        (folder / "some").mkdir(exist_ok=True)
        text = "".join(f'password_{k} = "{value}"\n' for k, value in enumerate(values[n * 100 : n * 100 + 100]))
        (folder / f"some/{n}.py").write_text(text)
    return folder


FORMATS = ["text", "json", "jsonl", "sarif", "csv", "junit", "gitlab", "github", "html"]


@pytest.mark.slow
@pytest.mark.skipif(SANITIZED, reason="the sanitizers take memory of their own")
@pytest.mark.parametrize("name, kind", [*(("one.py", kind) for kind in FORMATS), *(("some", kind) for kind in ("text", "json", "jsonl")),
                                        ("one.yaml", "sarif")])  # fmt: skip
def test_memory_is_bounded_whatever_the_format(tree, tmp_path, name, kind):
    command = ["scan", "--jobs", "2", "--format", kind]
    runs = [process.measure(process.Command([support.BINARY, *command, name], cwd=tree))]
    if kind in ("json", "html"):
        runs.append(process.measure(process.Command([support.BINARY, *command, "-o", tmp_path / "report", name], cwd=tree)))
        assert (tmp_path / "report").read_bytes().count(b'"fingerprint"') == MANY
    assert all(run.status == 1 and run.peak < 64 for run in runs), runs


def report(keylift, project, name):
    done = keylift("scan", "--format", "json", name, cwd=project)
    assert done.returncode == 1
    return json.loads(done.stdout)


@pytest.mark.parametrize("name, line", [("a.py", 'connect(password="{}")\n'), ("a.yaml", "password: {}\n"), ("a.env", "PASSWORD={}\n")])
def test_a_file_may_have_any_number_of_findings(keylift, project, name, line):
    text = "".join(map(line.format, passwords(OVERFULL, 2)))
    project.write(name, text)
    made = report(keylift, project, name)
    found = made["findings"]
    assert [f["line"] for f in found] == list(range(1, OVERFULL + 1)) and made["errors"] == []
    assert len({f["fingerprint"] for f in found}) == OVERFULL and {f["column"] for f in found} == {found[0]["column"]}
    assert (made["stats"]["files"], made["stats"]["bytes"]) == (1, len(text))
    few = "".join(map(line.format, passwords(OVERFULL, 2)[:1000]))
    project.write(name, few)
    assert found[:1000] == report(keylift, project, name)["findings"]


def test_minified_json_has_all_of_its_findings(keylift, project):
    project.write("a.json", json.dumps([{"password": value} for value in passwords(OVERFULL, 3)]))
    assert len(report(keylift, project, "a.json")["findings"]) == OVERFULL


@pytest.mark.parametrize("kind", FORMATS)
def test_a_report_that_cannot_be_written_is_named_once(keylift, project, kind):
    project.write("a.py", "".join(f'connect(password="{value}")\n' for value in passwords(1000, 4)))
    with open("/dev/full", "w") as full:
        done = subprocess.run([support.BINARY, "scan", "--format", kind, "a.py"], cwd=project.path, stdout=full, stderr=subprocess.PIPE,
                              env=support.clean_env(keylift.home), text=True)  # fmt: skip
    assert done.returncode == 2 and done.stderr.count("cannot write standard output") == 1


def test_a_report_takes_the_place_of_a_file_as_a_whole(keylift, project):
    """While it is written, there is the old one; where it cannot be, it stays."""
    project.write("a.py", "".join(f'connect(password="{value}")\n' for value in passwords(1000, 5)))
    project.write("report.json", "old")
    limited = support.prepared("import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
                               "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)")  # fmt: skip
    command = [support.BINARY, "scan", "--format", "json", "-o", "report.json", "a.py"]
    done = subprocess.run([*limited, *command], cwd=project.path, env=support.clean_env(keylift.home), capture_output=True, text=True)
    assert done.returncode == 2 and "cannot write" in done.stderr and "/report.json" in done.stderr and project.read("report.json") == "old"
    assert sorted(path.name for path in project.path.iterdir()) == ["a.py", "report.json"]
    assert keylift(*command[1:], cwd=project).returncode == 1 and len(json.loads(project.read("report.json"))["findings"]) == 1000
