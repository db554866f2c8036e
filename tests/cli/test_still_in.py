"""After a migration: where else the moved values stand, so that nobody takes a secret for gone that is not."""

import base64
import json
import urllib.parse

import pytest

from support import chance, made_aws_id


@pytest.fixture
def password():
    """With characters that each form writes in its own way."""
    return "pW/" + "".join(chance().choices("abcdefghkmnpqrstuvwxyz23456789", k=18)) + '+"é=%'


def literal(value):
    return "'" + value + "'"


def migrate(keylift, project, *more, status=(0, 1)):
    run = keylift("migrate", "--yes", *more, ".", cwd=project)
    assert run.returncode in status, run.stdout + run.stderr
    return run


def places(keylift, project, *more):
    run = migrate(keylift, project, "--format", "json", *more)
    still = json.loads(run.stdout)["still_in"]
    assert still["complete"]
    return {(p["path"], p["line"]): p for p in still["places"]}


FORMS = {
    "plain.txt": lambda v: v,
    "quoted.yaml": lambda v: "x: '" + v + "'",
    "escaped.json": lambda v: json.dumps({"x": v}),
    "url.ini": lambda v: "url = https://kim:" + urllib.parse.quote(v, safe="") + "@host.invalid/",
    "secret.yaml": lambda v: "data:\n  x: " + base64.b64encode(v.encode()).decode(),
    "hex.cfg": lambda v: "x = " + v.encode().hex(),
    "code.py": lambda v: "print(" + ascii(v) + ")",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_the_value_is_found_and_not_shown(keylift, project, password, form):
    project.write("pay.py", f"db_password = {literal(password)}\n")
    project.write(form, "first line\n" + FORMS[form](password) + "\n")
    run = migrate(keylift, project)
    assert f"{form}:" in run.stdout.split("Still in")[1]
    for spelled in (password, json.dumps(password)[1:-1], urllib.parse.quote(password, safe=""), base64.b64encode(password.encode()).decode()):
        assert spelled not in run.stdout + run.stderr


KINDS = {
    "Dockerfile": ("ENV X={}\n", "image"),
    "compose.yaml": ("x: {}\n", "${{SHOP_KEY}}".format()),
    ".github/workflows/ci.yml": ("x: {}\n", "CI system"),
    "config.ini": ("[x]\ny = {}\n", "read SHOP_KEY"),
    "deploy.sh": ("#!/bin/sh\nX={}\n", '"$SHOP_KEY"'),
    "README.md": ("Use {} here.\n", "made-up"),
    "tests/test_pay.py": ("shop_key = '{}'\n", "--include-tests"),
    "more.py": ("match input():\n    case '{}':\n        pass\n", "pattern"),
    "noted.py": ("# {}\n", "comment"),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_place_says_what_to_do(keylift, project, name):
    key, (text, advice) = made_aws_id(), KINDS[name]
    project.write("pay.py", f'shop_key = "{key}"\n')
    project.write(name, text.format(key))
    found = places(keylift, project)
    ((path, line), place), = found.items()
    assert path == name and line == text[: text.index("{")].count("\n") + 1
    assert place["name"] == "SHOP_KEY" and place["certain"] and advice in place["advice"]


def test_a_value_that_is_nowhere_else_is_said_to_be(keylift, project):
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    project.write("other.py", "print(1)\n")
    run = migrate(keylift, project, status=(0,))
    assert "In no other place" in run.stdout and "Still in" not in run.stdout
    second = json.loads(migrate(keylift, project, "--format", "json").stdout)
    assert "still_in" not in second  # nothing moved, so there is no value to look for


def test_the_file_of_the_secrets_and_what_git_ignores_are_not_listed(keylift, project):
    key = made_aws_id()
    project.git_init()
    project.write("pay.py", f'shop_key = "{key}"\n')
    project.write(".gitignore", "*.log\n")
    project.write("run.log", key)
    project.commit()
    assert places(keylift, project) == {}
    assert key in project.read(".env") and key in project.read("run.log")


def test_the_whole_repository_is_looked_at_when_a_part_is_migrated(keylift, project):
    key = made_aws_id()
    project.git_init()
    project.write("app/requirements.txt", "")
    project.write("app/pay.py", f'shop_key = "{key}"\n')
    project.write("deploy/values.yaml", f"key: {key}\n")
    project.commit()
    run = keylift("migrate", "--yes", "--format", "json", ".", cwd=project / "app")
    still = json.loads(run.stdout)["still_in"]["places"]
    assert [p["path"] for p in still] == ["../deploy/values.yaml"]


def test_a_key_of_many_lines_is_found_where_it_stands_indented(keylift, project):
    body = base64.b64encode(chance().randbytes(600)).decode()
    lines = [body[i : i + 64] for i in range(0, len(body), 64)]
    kind = "RSA PRIVATE KEY"
    pem = "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----"])
    project.write("pay.py", f'key = """{pem}"""\n')
    project.write("values.yaml", "a: 1\nkey: |\n" + "".join(f"    {line}\n" for line in pem.split("\n")))
    found = places(keylift, project)
    assert list(found) == [("values.yaml", 4)]  # once, at its first line


def test_a_common_word_is_said_to_prove_little(keylift, project):
    line = 'psycopg.connect(user="x", password="postgres", host="y")'
    project.write("pay.py", f"import psycopg\n{line}\n")
    project.write("README.md", "We use postgres.\n")
    site = "pay.py:2:" + str(line.index('"postgres') + 1)
    run = keylift("migrate", "--yes", "--site", site, "--format", "json", ".", cwd=project)
    assert run.returncode == 0, run.stdout + run.stderr
    still = json.loads(run.stdout)["still_in"]["places"]
    assert [(p["path"], p["certain"]) for p in still] == [("README.md", False)]


def test_upload_alone_does_not_look(keylift, project):
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    run = keylift("upload", "--yes", "--format", "json", ".", cwd=project)
    assert run.returncode == 0 and "still_in" not in json.loads(run.stdout)


def test_many_places_are_counted_and_all_in_the_json(keylift, project):
    key = made_aws_id()
    project.write("pay.py", f'shop_key = "{key}"\n')
    project.write("notes.txt", f"{key}\n\n" * 50)
    twin = project.files()
    text = migrate(keylift, project).stdout
    assert "Still in 50 other places" in text and "30 more" in text
    for name, content in twin.items():
        project.write(name, content)
    assert len(places(keylift, project)) == 50
