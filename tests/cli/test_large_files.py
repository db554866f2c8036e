"""Files that are scanned a piece at a time: nothing is missed where they are cut, places are those in the file,
and memory does not grow with them."""

import io
import json
import random
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import support

sys.path.insert(0, str(support.ROOT / "bench"))

from measuring import process  # noqa: E402

MB = 1 << 20
SANITIZED = b"__asan_init" in Path(support.BINARY).read_bytes()
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


def test_json_in_one_line_keeps_its_names_where_it_is_cut(keylift, project):
    """Cut inside of quotes, all that follows would be the other way round. Some strings are the comma that a cut
    is looked for at."""
    objects = [{"note": "some words of no interest " * 8, "signs": [",", "},{", ":"],
                "password": support.made_password(14, seed=n + 1)} for n in range(22_000)]
    text = json.dumps(objects, separators=(",", ":"))
    assert len(text) > 5 * MB
    project.write("one.json", text)
    project.write("lines.json", text.replace("},{\"note", "},\n{\"note"))
    status, one = scan(keylift, "one.json", cwd=project)
    _, lines = scan(keylift, "lines.json", cwd=project)
    assert status == 1 and one["errors"] == []
    found = len(one["findings"])
    assert found > 20_000 and abs(found - len(lines["findings"])) <= 5
    for f in one["findings"][:: found // 50]:
        assert text[f["start_byte"] - len('"password":') : f["start_byte"]].endswith('"password":')


def test_large_python_is_cut_between_statements(keylift, project):
    text, places = planted(support.made_password, lambda n, value: f'DATABASES_{n} = {{\n    "name": "x{n}",\n\n'
                           f'    "password": "{value}",\n}}\nTOKEN = os.environ["DB_TOKEN_{n}"]\n', 6 * MB)  # fmt: skip
    project.write("large.py", text)
    status, report = scan(keylift, "large.py", "--report-env", "all", cwd=project)
    assert status == 1 and report["errors"] == []
    assert starts(report) == [(line, at - 1) for line, at, n in places]
    assert {(f["name"], f["context"], f["column"]) for f in report["findings"]} == {("password", "dict-value", 17)}
    assert [r["line"] for r in report["environment"]] == [line + 2 for line, at, n in places]


def test_the_elements_of_a_table_that_is_cut_keep_their_names(keylift, project):
    values = [support.made_password(seed=n) for n in range(1, 40)]
    rows = "".join(f"(1, 'ab'), {{'user': 2, 'password': '{value}'}}, " + "(3, 'cd'), " * 12_000 for value in values)
    project.write("table.py", f"import os\nx = [{rows}]\nlast = '{support.made_aws_id()}'\n")
    status, report = scan(keylift, "table.py", cwd=project)
    assert (status, report["errors"]) == (1, []) and len(report["findings"]) == 40
    assert {(f["name"], f["context"]) for f in report["findings"][:-1]} == {("password", "dict-value")}
    assert report["findings"][-1]["line"] == 3


def test_an_expression_that_is_cut_without_a_comma_is_named(keylift, project):
    project.write("sum.py", f"x = ({'a + ' * MB * 2}'{support.made_aws_id()}')\n")
    status, report = scan(keylift, "sum.py", cwd=project)
    assert status == 2 and len(report["findings"]) == 1
    assert "it was searched in pieces" in report["errors"][0]["message"]


def test_a_literal_may_be_longer_than_a_piece(keylift, project):
    project.write("image.py", f'IMAGE = "{"QUJD" * MB}"\nKEY = "{support.made_aws_id()}"\n')
    status, report = scan(keylift, "image.py", cwd=project)
    assert [f["line"] for f in report["findings"]] == [2]


def utf16(text):
    return text.encode("utf-16")


def old(text):
    return ("# coding: iso-8859-15\n" + text).encode("iso-8859-15")


@pytest.mark.parametrize("name, encode, shift", [("large.txt", utf16, 0), ("large.py", utf16, 0), ("large.py", old, 1)])
def test_a_large_file_in_another_encoding_is_searched_to_its_end(keylift, project, name, encode, shift):
    text, places = planted(support.made_aws_id, lambda n, value: f"key_{n} = '{value}'\n", 5 * MB)
    data = encode(text)
    (project / name).write_bytes(data)
    status, report = scan(keylift, name, cwd=project)
    assert (status, report["errors"]) == (1, [])
    assert [f["line"] for f in report["findings"]] == [line + shift for line, at, n in places]
    spelled = {data[f["start_byte"] : f["end_byte"]].decode("utf-16-le" if encode is utf16 else "ascii") for f in report["findings"]}
    made = {support.made_aws_id(seed=n + 1) for line, at, n in places}
    assert spelled == (made if name == "large.txt" else {f"'{value}'" for value in made})


def made_notebook(cells, image):
    return json.dumps({"cells": [
        {"cell_type": "code", "outputs": [{"data": {"image/png": "QUJD" * (image // 4)}, "output_type": "display_data"}],
         "metadata": {}, "source": cell.splitlines(keepends=True)} for cell in cells], "nbformat": 4}, indent=1)  # fmt: skip


def test_the_cells_of_a_large_notebook_are_code_and_know_each_other(keylift, project):
    value = support.made_password(20)
    text = made_notebook(["from os import environ as e\n", f'value = "{value}"\n', "connect(password=value)\n",
                          f'x = "{support.made_aws_id()}"', 'y = e["SHOP_TOKEN"]\n'], 2 * MB)  # fmt: skip
    project.write("large.ipynb", text)
    status, report = scan(keylift, "--min-confidence", "0", "large.ipynb", cwd=project)
    assert (status, report["errors"]) == (1, [])
    assert [(f["name"], f["context"]) for f in report["findings"]] == [("value", "assignment"), ("x", "assignment")]
    for found in report["findings"]:
        before = text.encode()[: found["start_byte"]].decode()
        assert (found["line"], found["column"]) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert [(r["name"], r["line"]) for r in report["environment"]] == [("SHOP_TOKEN", text[: text.index("SHOP_T")].count("\n") + 1)]
    assert report["stats"]["bytes"] == len(text.encode())


def test_a_cell_that_is_too_large_is_named_and_searched_as_text(keylift, project):
    key = support.made_aws_id()
    project.write("cell.ipynb", made_notebook(["x = 1\n" * MB + f'key = "{key}"\n'], 0))
    status, report = scan(keylift, "cell.ipynb", cwd=project)
    assert status == 2 and "a cell in it is too large" in report["errors"][0]["message"]
    assert [f["context"] for f in report["findings"]] == ["text"]


def dense(text):
    return lambda folder: (folder / "dense.py").write_text(text * (39 * MB // 10 // len(text)))


def archive(folder):
    noise = random.Random(1).randbytes(16 * MB)
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for n in range(4):
            made.writestr(f"{n}.bin", bytes(10) + noise)
        made.writestr("a.txt", noise.hex())


def archives(make):
    """A text of 50 MB in an archive in two others."""

    def write(folder):
        noise = random.Random(1).randbytes(25 * MB).hex().encode()
        data, name = b"\n".join(noise[n : n + 1000] for n in range(0, len(noise), 1000)), "a.txt"
        for level in range(3):
            name, data = make(name, data, level)
        (folder / name).write_bytes(data)

    return several(write)


def zipped(name, data, level):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        made.writestr(name, data)
    return f"in{level}.zip", out.getvalue()


def tarred(name, data, level):
    out, info = io.BytesIO(), tarfile.TarInfo(name)
    info.size = len(data)
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as made:
        made.addfile(info, io.BytesIO(data))
    return f"in{level}.tgz", out.getvalue()


def several(make):
    """Each of two threads has one of them at any time: each is named, and so in a batch of its own."""

    def write(folder):
        make(folder)
        [made] = folder.glob("*.*")
        for n in range(3):
            (folder / f"{n}{made.suffix}").hardlink_to(made)

    return write


def write(name, text, encoding="utf-8", before=""):
    """Pieces of text, each some MB large."""

    def write(folder):
        with (folder / name).open("w", encoding=encoding) as f:
            f.write(before)
            for _ in range(24):
                f.write(text * (MB // len(text)))

    return write


HEAVY = {
    "usual": write("large.py", FILLER),
    "text": write("large.txt", FILLER),
    "utf16": write("large.txt", FILLER, "utf-16"),
    "utf16-python": write("large.py", FILLER, "utf-16"),
    "latin": write("large.py", FILLER, "latin-1", "# coding: latin-1\n"),
    "cyrillic": write("large.py", "x = 1 # \u0436\u0436\u0436\u0436\u0436\n", "koi8-r", "# coding: koi8-r\n"),
    "notebook": lambda folder: (folder / "a.ipynb").write_text(made_notebook(["x = 1\n" * 1000], 60 * MB)),
    "notebook-code": lambda folder: (folder / "a.ipynb").write_text(made_notebook(["x = ['a', b]\n" * 1000] * 2000, 0)),
    "yaml": write("large.yaml", "a: b\n"),
    "names": several(dense("a,")),
    "characters": several(dense("'a',")),
    "statements": several(dense("a=1\n")),
    "archive": archive,
    "archives": archives(zipped),
    "tars": archives(tarred),
    "pairs": several(lambda folder: (folder / "a.yaml").write_text("a: b\n" * (39 * MB // 50))),
}


@pytest.mark.slow
@pytest.mark.skipif(SANITIZED, reason="the sanitizers take memory of their own")
@pytest.mark.parametrize("kind", HEAVY)
def test_memory_is_bounded(project, kind):
    HEAVY[kind](project.path)
    run = process.measure(process.Command([support.BINARY, "scan", "--archives", "--jobs", "2", *project.path.glob("*.*")]))
    assert run.peak < 64, run


def test_memory_is_bounded_for_what_git_has_and_what_comes_from_a_pipe(project, keylift):
    project.git_init()
    text = (FILLER * (24 * MB // len(FILLER.encode())) + f"{support.made_stripe_key()} is in it\n") * 2
    project.write("large.txt", text)
    project.git("add", "large.txt")
    command = [support.BINARY, "scan", "--jobs", "2"]
    runs = [process.measure(process.Command([*command, "--staged"], cwd=project.path))]
    project.git("commit", "-qm", "large")
    runs.append(process.measure(process.Command([*command, "--history"], cwd=project.path)))
    runs.append(process.measure(process.Command(["/bin/sh", "-c", f"exec {support.BINARY} scan - < large.txt"], cwd=project.path)))
    assert all(run.status == 1 for run in runs)
    assert SANITIZED or all(run.peak < 40 for run in runs), runs
    status, report = scan(keylift, "--staged", cwd=project)
    assert status == 0
    status, report = scan(keylift, "--history", cwd=project)
    assert [f["line"] for f in report["findings"]] == [text[: text.index("is in it")].count("\n") + 1]
