"""A literal of one module that another module gives to something that says what it is."""

import json

import pytest

import support


def findings(keylift, project, *args):
    done = keylift("scan", "--format", "json", *args, ".", cwd=project)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["findings"]


SAYS = 'return psycopg2.connect("db", "root", password={})'
WAYS = {
    "of a module beside it": ("app/consts.py", "from .consts import MAIN", "MAIN"),
    "of a module above": ("consts.py", "from ..consts import MAIN", "MAIN"),
    "by its full name": ("app/consts.py", "from app.consts import MAIN", "MAIN"),
    "of a folder named src": ("src/lib/consts.py", "from lib.consts import MAIN", "MAIN"),
    "renamed": ("app/consts.py", "from .consts import (\n    OTHER,\n    MAIN as m,  # both\n)", "m"),
    "the module": ("consts.py", "import consts", "consts.MAIN"),
    "the module, renamed": ("app/consts.py", "import app.consts as c", "c.MAIN"),
    "the module, by its full name": ("app/consts.py", "import os, app.consts", "app.consts.MAIN"),
    "a module of a package": ("app/consts.py", "from . import consts", "consts.MAIN"),
    "everything": ("app/consts.py", "from .consts import *", "MAIN"),
    "of a package": ("app/__init__.py", "from . import MAIN", "MAIN"),
    "of a package, by its name": ("app/__init__.py", "from app import MAIN", "MAIN"),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_literal_goes_by_its_use_in_another_module(keylift, project, way):
    path, statement, name = WAYS[way]
    value = support.made_password()
    project.write("app/db.py", f"import psycopg2\n{statement}\n\n\ndef f():\n    {SAYS.format(name)}\n")
    project.write(path, f'# what is fixed\nMAIN = "{value}"\nOTHER = "utf8"\n')
    (found,) = findings(keylift, project)
    assert (found["path"], found["line"], found["name"]) == (path, 2, "MAIN")
    assert found["rule"] == "generic-password" and found["fixable"]
    use = 5 + statement.count("\n") + 1
    out = keylift("scan", "-v", ".", cwd=project).stdout
    assert f"used so in app/db.py:{use}" in out and value not in out


USES = {
    "an argument": 'login("me", MAIN)',
    "a header": 'get(url, headers={"Authorization": f"Bearer {MAIN}"})',
    "an item": 'conf["api_key"] = MAIN',
}


@pytest.mark.parametrize("use", USES)
def test_each_use_that_tells_within_a_file_tells_between_two(keylift, project, use):
    project.write("consts.py", f'MAIN = "{support.made_password()}"\n')
    project.write("use.py", f"from consts import MAIN\n\n{USES[use]}\n")
    (found,) = findings(keylift, project, "--min-confidence", "0.5")
    assert found["path"] == "consts.py" and found["confidence"] > 0.5


NOT_FOUND = {
    "a use that says nothing": ('MAIN = "{}"', "from consts import MAIN\n\nprint(MAIN)\n"),
    "another module of that name": ('MAIN = "{}"', "from other.consts import MAIN\n\nlogin('me', MAIN)\n"),
    "another name": ('MAIN = "{}"', "from consts import OTHER\n\nlogin('me', OTHER)\n"),
    "the attribute of something else": ('MAIN = "{}"', "import consts\n\nlogin('me', self.consts.MAIN)\n"),
    "a local variable": ('def f():\n    MAIN = "{}"', "from consts import MAIN\n\nlogin('me', MAIN)\n"),
    "a value of words": ('MAIN = "user_name" # {}', "from consts import MAIN\n\nlogin('me', MAIN)\n"),
}


@pytest.mark.parametrize("case", NOT_FOUND)
def test_what_is_no_such_literal_is_left(keylift, project, case):
    consts, use = NOT_FOUND[case]
    project.write("consts.py", consts.format("Xk4!pq92zW") + "\n")
    project.write("use.py", use)
    assert findings(keylift, project) == []


def test_the_report_does_not_depend_on_the_number_of_threads(keylift, project):
    for i in range(60):
        project.write(f"p{i}/consts.py", f'MAIN = "{support.made_password()}"\n')
        project.write(f"p{i}/b.py", "from .consts import MAIN\n\nlogin('me', MAIN)\n")
        project.write(f"p{i}/a.py", f"from p{i} import consts\n\nconnect(password=consts.MAIN)\n")
    alone = findings(keylift, project, "--jobs", "1")
    assert len(alone) == 60 and all(f"p{i}/consts.py" in {f["path"] for f in alone} for i in range(60))
    assert findings(keylift, project, "--jobs", "8") == alone


def test_a_value_found_for_its_looks_is_reported_once(keylift, project):
    project.write("consts.py", f'MAIN = "{support.made_stripe_key()[8:]}qZ7"\n')
    (before,) = findings(keylift, project, "--min-confidence", "0")
    assert before["rule"] == "generic-random"
    project.write("use.py", "from consts import MAIN\n\nlogin('me', MAIN)\n")
    (after,) = findings(keylift, project, "--min-confidence", "0")
    assert after["rule"] == "generic-password" and after["severity"] == "high"


def test_a_comment_silences_it_where_it_stands(keylift, project):
    project.write("consts.py", f'MAIN = "{support.made_password()}"  # keylift: ignore\n')
    project.write("use.py", "from consts import MAIN\n\nlogin('me', MAIN)\n")
    assert findings(keylift, project) == []


def test_migrate_moves_it(keylift, project):
    value = support.made_password()
    project.write("consts.py", f'MAIN = "{value}"\n')
    project.write("use.py", "from consts import MAIN\n\nlogin('me', MAIN)\n")
    done = keylift("migrate", "--to", "dotenv", "--yes", ".", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert value not in project.read("consts.py") and value in project.read(".env")
