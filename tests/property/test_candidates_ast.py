"""Candidates agree with CPython's syntax tree: coverage, values, names, contexts (candidates_oracle.py)."""

import json
import os
import subprocess
from pathlib import Path

import pytest

import support

ORACLE = Path(__file__).with_name("candidates_oracle.py")
QUICK_FILES = support.times(150)


def find_tool():
    path = Path(os.environ.get("KEYLIFT_CANDDUMP", support.BINARY.parent / "tests" / "tools" / "canddump"))
    assert path.exists(), f"{path} is not built; ./test builds it, or set KEYLIFT_CANDDUMP"
    return path


def standard_library(python):
    command = [python, "-c", "import os; print(os.path.dirname(os.__file__))"]
    folder = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    return sorted(str(path) for path in Path(folder).rglob("*.py") if path.is_file())


def compare(python, paths, timeout):
    done = subprocess.run(
        [python, ORACLE, find_tool()], input="\n".join(paths) + "\n", stdout=subprocess.PIPE, text=True, timeout=timeout
    )
    *differences, summary = done.stdout.splitlines()
    totals = json.loads(summary)
    assert not differences, "\n".join(differences[:40])
    assert done.returncode == 0
    return totals


def test_candidates_of_some_of_the_standard_library_agree_with_ast(newest_python):
    paths = standard_library(newest_python)
    totals = compare(newest_python, paths[:: max(1, len(paths) // QUICK_FILES)], timeout=300)
    assert totals["files"] >= QUICK_FILES // 2
    assert totals["checked"] > 5 * QUICK_FILES


@pytest.mark.slow
def test_candidates_of_much_of_the_standard_library_agree_with_ast(newest_python):
    paths = standard_library(newest_python)
    totals = compare(newest_python, paths if support.TIMES > 1 else paths[::8], timeout=1800)
    assert totals["files"] > 60
    assert totals["checked"] > 1000


def random_sequence(draw, depth, item):
    items = [random_sequence(draw, depth - 1, item) if depth and draw.random() < 0.35 else item() for _ in range(draw.randint(1, 5))]
    opening, closing = draw.choice(["()", "[]"])
    return opening + ", ".join(items) + ("," if len(items) == 1 else "") + closing


def test_unpacked_elements_get_the_names_that_ast_gives_them(newest_python, tmp_path):
    draw = support.chance()
    starred = []

    def target():
        if draw.random() < 0.15 and not starred:
            starred.append(True)
            return "*rest"
        return draw.choice(["a", "b.c", "d['k']", "(e)", "p"])

    def value():
        return draw.choice(['"v"', '"w"', "1", "f(2)", 'g("z")', "h", '("q")', '{"k": "v"}'])

    lines = []
    for _ in range(support.times(2000)):
        starred.clear()
        lines.append(f"{random_sequence(draw, 3, target)} = {random_sequence(draw, 3, value)}\n")
    source = tmp_path / "unpacked.py"
    source.write_text("".join(lines))
    totals = compare(newest_python, [str(source)], timeout=120)
    assert totals["checked"] > support.times(2000)


def test_the_oracle_sees_a_wrong_name(newest_python, tmp_path):
    """The comparison itself is no empty one: a dump with another name, value or gap is a difference."""
    source = tmp_path / "a.py"
    source.write_text('password = "a"\nf("b")\n')
    right = [
        f"F {source}",
        f"C 11 14 assignment {b'password'.hex()} - 0 1 - {b'a'.hex()} -",
        f"C 17 20 argument - {b'f'.hex()} 0 1 - {b'b'.hex()} -",
    ]

    def differences(lines):
        tool = tmp_path / "tool"
        tool.write_text("#!/bin/sh\ncat <<'END'\n" + "\n".join(lines) + "\nEND\n")
        tool.chmod(0o755)
        done = subprocess.run(
            [newest_python, ORACLE, tool], input=f"{source}\n", stdout=subprocess.PIPE, text=True, timeout=60
        )
        return json.loads(done.stdout.splitlines()[-1])["differences"]

    assert differences(right) == 0
    assert differences([line.replace(b"password".hex(), b"word".hex()) for line in right]) == 1
    assert differences([line.replace(b"b".hex() + " -", b"c".hex() + " -") for line in right]) == 1
    assert differences(right[:2]) == 1
