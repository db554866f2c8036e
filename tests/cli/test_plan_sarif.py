"""plan --format sarif: SARIF's fixes. All fixes of a file, each edit once, make of it what migrate makes; one alone is the
edit of its literal and what that needs."""

import json
import shutil
import urllib.parse

import pytest

import support
import support_schemas
from support import made, made_password

ENCODINGS = {"latin.py": "latin-1", "bom.py": "utf-8-sig"}


@pytest.fixture
def values():
    return [made("", 40), *(made_password(20 + n) for n in range(5))]


@pytest.fixture
def shop(project, values):
    """A package with a module, scripts in several encodings and line ends, parts of literals, a notebook, a comment."""
    key, mail, long, odd, url, noted = values
    project.write("shop/__init__.py", "")
    project.write("shop/pay é.py", f'from . import tools\nAPI_KEY = "{key}"\nOTHER_TOKEN = "{odd}"  # ü\n')
    project.write("shop/mail.py", f'"""Mails."""\nfrom . import tools\nx = "é"; MAIL_PASSWORD = b"{mail}"\n')
    project.write("shop/tools.py", "")
    project.write("main.py", f'# caf\xe9 {noted}\r\nDB_PASSWORD = (\r\n    "{long[:9]}"\r\n    "{long[9:]}"\r\n)\r\nx = 1')
    project.write("url.py", f'host = "h"\ndb = f"postgres://me:{url}@{{host}}/db"\nnoted_password = "{noted}"\n')
    project.write("latin.py", f'# coding: latin-1\nn = "\xe4\xf6"; password = "{mail}"\n'.encode("latin-1"))
    project.write("bom.py", f'password = "{key}"\n'.encode("utf-8-sig"))
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1,
            "source": ["# é\n", f'token_secret = "{odd}"\n', "print(1)"]}  # fmt: skip
    project.write("a.ipynb", json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1, ensure_ascii=False))
    project.write("tests/test_a.py", f'password = "{made_password()}"\n')
    return project.git_init().commit()


def sarif(keylift, project, values, *more, status=1):
    run = keylift("plan", "--format", "sarif", *more, cwd=project)
    assert run.returncode == status, run.stderr
    assert not any(value in run.stdout for value in values)
    return support_schemas.check("sarif", run.stdout)["runs"][0]


def offset(lines, line, column):
    assert 1 <= line <= len(lines) + 1
    return sum(map(len, lines[: line - 1])) + column - 1


def applied(project, results):
    """What the fixes make of each file: a file's replacements, each once, from the last to the first."""
    edits = {}
    for result in results:
        for fix in result.get("fixes", []):
            for change in fix["artifactChanges"]:
                path = urllib.parse.unquote(change["artifactLocation"]["uri"])
                for one in change["replacements"]:
                    region = one["deletedRegion"]
                    place = tuple(region[k] for k in ("startLine", "startColumn", "endLine", "endColumn"))
                    edits.setdefault(path, set()).add((place, one["insertedContent"]["text"]))
    made_of = {}
    for path, of_file in edits.items():
        encoding = ENCODINGS.get(path, "utf-8")
        old = (project / path).read_bytes().decode(encoding) if (project / path).exists() else ""
        lines = old.splitlines(keepends=True)
        for (line, column, end_line, end_column), text in sorted(of_file, reverse=True):
            start, end = offset(lines, line, column), offset(lines, end_line, end_column)
            old = old[:start] + text + old[end:]
        made_of[path] = old.encode(encoding)
    return made_of


@pytest.mark.parametrize("flags", [[], ["--style", "inline"], ["--include-tests"]])
def test_the_fixes_make_what_migrate_makes(keylift, shop, values, tmp_path, home, flags):
    run = sarif(keylift, shop, values, *flags)
    assert run["columnKind"] == "unicodeCodePoints"
    made_of = applied(shop, run["results"])
    shutil.copytree(shop.path, tmp_path / "other", symlinks=True)
    other = support.Project(tmp_path / "other", home)
    assert keylift("migrate", "--yes", *flags, cwd=other).returncode in (0, 1)
    changed = {p for p in other.files() if p.endswith((".py", ".ipynb")) and other.files()[p] != shop.files().get(p)}
    assert set(made_of) == changed and len(changed) > 6
    for path, data in made_of.items():
        assert data == (other / path).read_bytes(), path


def test_the_results_are_those_of_a_scan(keylift, shop, values):
    run = sarif(keylift, shop, values)
    scanned = json.loads(keylift("scan", "--format", "sarif", ".", cwd=shop).stdout)["runs"][0]
    expected = {r["partialFingerprints"]["keylift/v1"]: r for r in scanned["results"]}
    for result in run["results"]:
        same = expected[result["partialFingerprints"]["keylift/v1"]]
        assert (result["ruleId"], result["level"], result["locations"]) == (same["ruleId"], same["level"], same["locations"])
        assert ("left" in result["properties"]) == ("fixes" not in result)
    assert {r["id"] for r in run["tool"]["driver"]["rules"]} == {r["ruleId"] for r in run["results"]}
    assert run["invocations"][0]["exitCode"] == 1
    [left] = [r for r in run["results"] if "tests/" in r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]]
    assert left["properties"]["left"].startswith("test credential")


def test_one_fix_is_of_its_literal_alone_and_says_what_comes_first(keylift, project):
    values = [made_password(21), made_password(22)]
    source = f'A_PASSWORD = "{values[0]}"\nB_PASSWORD = "{values[1]}"\n'
    project.write("a.py", source)
    first, second = sarif(keylift, project, values, status=0)["results"]
    one = applied(project, [first])["a.py"].decode()
    assert 'os.environ["A_PASSWORD"]' in one and values[0] not in one and f'B_PASSWORD = "{values[1]}"' in one
    assert one.count("load_dotenv(") == 1
    [fix] = second["fixes"]
    assert fix["description"]["text"].startswith("Read B_PASSWORD instead") and "keylift migrate" in fix["description"]["text"]
    assert project.read("a.py") == source and not (project / ".env").exists()
