"""Files that are scanned a piece at a time: nothing is missed where they are cut, places are those in the file,
and memory does not grow with them."""

import json
import subprocess

import pytest

import support

MB = 1 << 20
FILLER = "def f(a, b):\n    return a + b * 2  # \u00e9\n\n\n"


def scan(keylift, *args, **more):
    done = keylift("scan", "--format", "json", *args, **more)
    return done.returncode, json.loads(done.stdout)


def planted(make, text_of, size):
    """A text of that size, with something to find every 150 kB and around every million of bytes, at which it
    may be cut; and where each stands."""
    parts, at, line, places = [], 0, 1, []
    wanted = sorted({*range(70_000, size, 150_000), *(n * MB + d for n in range(1, size // MB) for d in (-20, -5, 0, 30))})
    for n, place in enumerate(wanted):
        while at < place:
            parts.append(FILLER)
            at += len(FILLER.encode())
            line += FILLER.count("\n")
        value = make(seed=n + 1)
        text = text_of(n, value)
        before = text[: text.index(value)]
        places.append((line + before.count("\n"), at + len(before.encode()), n))
        parts.append(text)
        at += len(text.encode())
        line += text.count("\n")
    return "".join([*parts, FILLER]), places


def starts(report):
    return sorted((f["line"], f["start_byte"]) for f in report["findings"])


def test_large_text_is_searched_to_its_end(keylift, project):
    text, places = planted(support.made_stripe_key, lambda n, value: f"{n} \u00fc {value} and so on\n", 6 * MB)
    project.write("large.txt", text)
    status, report = scan(keylift, "large.txt", cwd=project)
    assert status == 1 and report["errors"] == []
    assert starts(report) == [(line, at) for line, at, n in places]
    assert {f["column"] for f in report["findings"]} == {len(f"{n} \u00fc ") + 1 for line, at, n in places}
    assert (report["stats"]["files"], report["stats"]["bytes"]) == (1, len(text.encode()))
    status, piped = scan(keylift, "-", "--stdin-filename", "large.txt", cwd=project, input=text)
    assert piped["findings"] == report["findings"]


def test_a_line_of_text_may_be_longer_than_a_piece(keylift, project):
    text, places = planted(support.made_stripe_key, lambda n, value: f"{n} {value} and so on\n", 6 * MB)
    text = text.replace("\n", ";")
    project.write("line.txt", text)
    status, report = scan(keylift, "line.txt", cwd=project)
    assert starts(report) == [(1, at) for line, at, n in places] and report["errors"] == []
    assert sorted(f["column"] for f in report["findings"]) == [len(text.encode()[:at].decode()) + 1 for line, at, n in places]


def test_large_python_is_cut_between_statements(keylift, project):
    text, places = planted(support.made_password, lambda n, value: f'DATABASES_{n} = {{\n    "name": "x{n}",\n\n'
                           f'    "password": "{value}",\n}}\nTOKEN = os.environ["DB_TOKEN_{n}"]\n', 6 * MB)  # fmt: skip
    project.write("large.py", text)
    status, report = scan(keylift, "large.py", "--report-env", "all", cwd=project)
    assert status == 1 and report["errors"] == []
    assert starts(report) == [(line, at - 1) for line, at, n in places]
    assert {(f["name"], f["context"], f["column"]) for f in report["findings"]} == {("password", "dict-value", 17)}
    assert [r["line"] for r in report["environment"]] == [line + 2 for line, at, n in places]


def test_a_statement_that_is_longer_than_a_piece_is_named(keylift, project):
    values = [support.made_stripe_key(seed=n) for n in range(1, 40)]
    rows = "".join(f"(1, 'ab'), (2, '{value}'), " + "(3, 'cd'), " * 12_000 for value in values)
    project.write("table.py", f"import os\nx = [{rows}]\nlast = '{support.made_aws_id()}'\n")
    status, report = scan(keylift, "table.py", cwd=project)
    assert status == 2 and len(report["errors"]) == 1 and "a statement in it is longer" in report["errors"][0]["message"]
    assert len(report["findings"]) == 40 and report["findings"][-1]["line"] == 3


def test_a_literal_may_be_longer_than_a_piece(keylift, project):
    project.write("image.py", f'IMAGE = "{"QUJD" * MB}"\nKEY = "{support.made_aws_id()}"\n')
    status, report = scan(keylift, "image.py", cwd=project)
    assert [f["line"] for f in report["findings"]] == [2]


@pytest.mark.slow  # and not under the sanitizers, which reserve more than there is
@pytest.mark.parametrize("name", ["large.py", "large.txt"])
def test_memory_does_not_grow_with_a_file(project, name):
    project.write(name, FILLER * (48 * MB // len(FILLER.encode())))
    bounded = ["sh", "-c", f'ulimit -d {40 * MB // 1024} && exec "$@"', "sh"]
    done = subprocess.run([*bounded, support.BINARY, "scan", "--jobs", "1", name], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
