"""Every shape of a secret in Python: found, moved into .env, the program has what it had, undo brings each byte
back; or it is left, with its reason. Secrets are made when a test runs.
"""

import base64
import json

import pytest

from support import made, made_aws_id, made_password, some_thorough

MOVED = None  # no reason

# {key} is an AWS key id, {password} a password, {base64} base64 of random bytes, {pem} a PEM block.
SHAPES = {
    "f-string": ('host = "h"\nresult = f"https://{{host}}/?key={key}"\n', MOVED),
    "f-string with its quotes": ("host = 'h'\nresult = f'https://{{host}}/?key={key}'\n", MOVED),
    "f-string alone": ('result = f"{key}"\n', MOVED),
    "raw f-string": ('host = "h"\nresult = rf"\\\\{{host}}\\{key}"\n', MOVED),
    "triple-quoted f-string": ('host = "h"\nresult = f"""\nhost={{host}}\nkey={key}\n"""\n', MOVED),
    "f-string with doubled braces": ('host = "h"\nresult = f"{{{{{key}}}}} {{host}}"\n', MOVED),
    "f-string in a field": ("host = 'h'\nresult = f\"{{host}}/{{str('{key}')}}\"\n", MOVED),
    "f-string in an f-string": ("host = 'h'\nresult = f\"{{f'{{host}}{key}'}}\"\n",
                                "no quotes are left for the name in this f-string (before Python 3.12)"),
    "URL in an f-string": ('host = "h"\nresult = f"postgresql://bob:{password}@{{host}}/db"\n', MOVED),
    "f-string joined to a literal": ('host = "h"\nresult = f"https://{{host}}/?key=" "{key}"\n', MOVED),
    "literal joined to an f-string": ('host = "h"\nresult = "https://" f"{{host}}/?key={key}"\n', MOVED),
    "sum with a name": ('host = "h"\nresult = "https://" + host + "/?key={key}"\n', MOVED),
    "percent, behind": ('host = "h"\nresult = "https://%s/?key={key}" % host\n', MOVED),
    "percent, before": ('host = "h"\nresult = "postgresql://bob:{password}@%s/db" % host\n', MOVED),
    "percent, between": ('result = "%s:{key}@%s" % ("a", "b")\n', MOVED),
    "percent, between, of a name": ('t = ("a", "b")\nresult = "%s:{key}@%s" % t\n',
                                    "a template with other values on both sides of the secret"),
    "percent, its value": ('result = "key=%s" % "{key}"\n', MOVED),
    "format, behind": ('result = "https://{{}}/?key={key}".format("h")\n', MOVED),
    "format, before": ('result = "postgresql://bob:{password}@{{}}/db".format("h")\n', MOVED),
    "format, between": ('result = "{{}}:{key}@{{}}".format("a", "b")\n', MOVED),
    "format of JSON": ("result = '{{{{\"key\": \"{key}\", \"n\": {{}}}}}}'.format(1)\n", MOVED),
    "URL": ('result = "postgresql://bob:{password}@db.internal/x"\n', MOVED),
    "connection string": ('result = "host=db user=bob password={password}"\n', MOVED),
    "base64": ('import base64\n\nsecret_key = base64.b64decode(b"{base64}")\nresult = secret_key.hex()\n', MOVED),
    "PEM block": ('result = """{pem}"""\n', MOVED),
    "PEM block behind a line continuation": ('result = """\\\n{pem}"""\n', MOVED),
    "PEM block in bytes": ('result = b"""{pem}"""\n', MOVED),
    "raw literal": ('api_key = r"{key}"\nresult = api_key\n', MOVED),
    "bytes": ('api_key = b"{key}"\nresult = api_key\n', MOVED),
    "service account": ("import json\n\nresult = json.loads(r'''{account}''')\n", MOVED),
    "dataclass": ('from dataclasses import dataclass\n\n\n@dataclass\nclass C:\n    key: str = "{key}"\n\n\n'
                  "result = C().key\n", MOVED),
    "dataclass field": ('from dataclasses import dataclass, field\n\n\n@dataclass\nclass C:\n'
                        '    key: str = field(default="{key}")\n\n\nresult = C().key\n', MOVED),
    "NamedTuple": ('from typing import NamedTuple\n\n\nclass C(NamedTuple):\n    key: str = "{key}"\n\n\n'
                   "result = C().key\n", MOVED),
    "class attribute": ('class C:\n    password = "{password}"\n\n\nresult = C.password\n', MOVED),
    "argparse": ('import argparse\n\np = argparse.ArgumentParser()\np.add_argument("--key", default="{key}")\n'
                 "result = p.parse_args([]).key\n", MOVED),
    "decorator": ('def auth(key):\n    return lambda f: lambda: key\n\n\n@auth(key="{key}")\ndef f():\n    pass\n\n\n'
                  "result = f()\n", MOVED),
    "comprehension": ('result = [("{key}", i) for i in range(3)]\n', MOVED),
    "lambda": ('get = lambda: "{key}"\nresult = get()\n', MOVED),
    "conditional": ('result = "{key}" if True else None\n', MOVED),
    "global": ('def f():\n    global result\n    result = "{key}"\n\n\nf()\n', MOVED),
    "star import": ('from os.path import *\n\nresult = "{key}"\n', MOVED),
    "comparison": ('def f(password):\n    return password == "{password}"\n\n\nresult = f("x")\n', MOVED),
    "Enum member": ('from enum import Enum\n\n\nclass C(Enum):\n    KEY = "{key}"\n', "an Enum member"),
    "del": ('d = {{}}\nif d:\n    del d["{key}"]\n', "part of a del statement"),
    "Literal": ('from typing import Literal\n\nkey: Literal["x"] = "{key}"\n',
                "typed as Literal: a type checker reads the spelling"),
    "Final": ('from typing import Final\n\nKEY: Final = "{key}"\n',
              "a Final constant: a type checker reads the spelling"),
    "exec": ("exec(\"key = '{key}'\")\n", "code in a string (exec, eval, compile)"),
    "docstring": ('"""Uses {key}."""\n', "a docstring"),
    "doctest": ('def f():\n    """\n    >>> f("{key}")\n    """\n', "a doctest"),
    "comment": ("x = 1  # key = {key}\n", "a comment"),
}  # fmt: skip


def filled(text):
    pem = "-----BEGIN RSA PRIVATE KEY-----\n" + "".join(made("", 64) + "\n" for _ in range(8))
    pem += "-----END RSA PRIVATE KEY-----\n"
    account = json.dumps({"type": "service_account", "private_key_id": made("", 40, "0123456789abcdef"),
                          "private_key": pem, "client_email": "a@b.iam.gserviceaccount.com"})  # fmt: skip
    return text.format(key=made_aws_id(), password=made_password(), pem=pem, account=account,
                       base64=base64.b64encode(made("", 33).encode()).decode())  # fmt: skip


def sites_of(run):
    report = json.loads(run.stdout)
    return report["sites"] + report["left"]


def shown(project):
    return project.python("-c", "from app import result; print(repr(result))").stdout


@pytest.mark.parametrize("shape", some_thorough(SHAPES, 3))
def test_a_shape_moves_and_comes_back_or_is_left_with_its_reason(keylift, project, shape):
    text, reason = SHAPES[shape]
    content = filled(text)
    project.write("app.py", content)
    before = shown(project) if reason is None else None
    run = keylift("migrate", "--yes", "--to", "dotenv", "--format", "json", "app.py", cwd=project)
    assert [site["reason"] for site in sites_of(run)] == [reason], run.stderr
    new = project.read("app.py")
    assert (new != content) == (reason is None)
    if reason is None:
        assert shown(project) == before
        assert keylift("undo", "--yes", cwd=project).returncode == 0
        assert project.read("app.py") == content


URLS = {
    "URL": ('dsn = "postgresql://bob:{password}@db.internal/x"\n', '"postgresql://bob:" + os.environ["DSN_PASSWORD"] + "@db.internal/x"'),
    "URL with escapes": ('dsn = "mysql://bob:p%40{password}@db/x"\n', '"mysql://bob:" + os.environ["DSN_PASSWORD"] + "@db/x"'),
    "argument": ('dsn = str("redis://:{password}@db:6379/0")\n', 'str("redis://:" + os.environ["DSN_PASSWORD"] + "@db:6379/0")'),
    "connection string": ('dsn = "host=db user=bob password={password}"\n', '"host=db user=bob password=" + os.environ["DSN_PASSWORD"]'),
    "attribute of it": ('dsn = "mysql://bob:{password}@db/x".strip()\n', '("mysql://bob:" + os.environ["DSN_PASSWORD"] + "@db/x").strip()'),
    "implicit": ('dsn = ("mysql://bob:"\n       "{password}"\n       "@db/x")\n', None),
}  # fmt: skip


@pytest.mark.parametrize("shape", URLS)
def test_split_urls_moves_the_password_alone(keylift, project, shape):
    text, expected = URLS[shape]
    password = made_password()
    content = text.format(password=password) + "result = dsn\n"
    project.write("app.py", content)
    before = shown(project)
    run = keylift("migrate", "--yes", "--split-urls", "app.py", cwd=project)
    assert run.returncode == 0, run.stderr
    new = project.read("app.py")
    assert password not in new and "db" in new
    if expected:
        assert expected in new
    assert shown(project) == before
    stored = project.read(".env")
    assert "postgresql" not in stored and "mysql" not in stored
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    assert project.read("app.py") == content


def test_without_split_urls_a_url_moves_whole(keylift, project):
    project.write("app.py", f'dsn = "mysql://bob:{made_password()}@db/x"\n')
    keylift("migrate", "--yes", "app.py", cwd=project)
    assert 'dsn = os.environ["DSN"]' in project.read("app.py")


def test_a_second_run_finds_nothing_more(keylift, project):
    project.write("app.py", filled('host = "h"\na = f"{{host}}{key}"\nb = "%s:{key}" % host\n')
                  + f'c = "mysql://bob:{made_password()}@db/x"\n')  # fmt: skip
    assert keylift("migrate", "--yes", "--split-urls", "app.py", cwd=project).returncode == 0
    new = project.files()
    assert keylift("migrate", "--yes", "--split-urls", "app.py", cwd=project).returncode == 0
    assert {k: v for k, v in project.files().items() if k == "app.py"} == {"app.py": new["app.py"]}


def test_names_of_parts_say_what_they_are(keylift, project):
    project.write("app.py", filled('host = "h"\ndsn = f"postgresql://bob:{password}@{{host}}/db"\n'))
    keylift("migrate", "--yes", "app.py", cwd=project)
    assert "{os.environ['DSN_PASSWORD']}" in project.read("app.py")


NESTED = "host = 'h'\nresult = f\"{{f'{{host}}{key}'}}\"\n"


@pytest.mark.parametrize(
    ("name", "text", "moves"),
    [
        ("pyproject.toml", '[project]\nname = "x"\nrequires-python = ">=3.12"\n', True),
        ("pyproject.toml", '[project]\nname = "x"\nrequires-python = ">=3.9,<4"\n', False),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.13"\n', True),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.8 || ^3.12"\n', False),
        ("pyproject.toml", '[project]\nname = "x"\n', False),
        ("setup.cfg", "[options]\npython_requires = ~=3.12\n", True),
        ("setup.cfg", "[options]\npython_requires = !=3.12\n", False),
    ],
)
def test_quotes_are_those_of_the_oldest_python_that_the_project_supports(keylift, project, name, text, moves):
    project.write(name, text)
    content = filled(NESTED)
    project.write("app.py", content)
    keylift("migrate", "--yes", "app.py", cwd=project)
    assert (project.read("app.py") != content) == moves


@pytest.mark.parametrize("arguments", [[], ["--split-urls"]])
def test_a_plan_of_parts_is_applied_as_it_was_reviewed(keylift, project, arguments):
    content = filled('host = "h"\na = f"{key}:{{host}}:{key}"\ndsn = "mysql://bob:{password}@db/x"\nresult = [a, dsn]\n')
    project.write("app.py", content)
    before = shown(project)
    assert keylift("plan", *arguments, "-o", "plan.json", "app.py", cwd=project).returncode == 0
    assert keylift("apply", "--yes", "plan.json", cwd=project).returncode == 0
    applied = project.read("app.py")
    assert applied != content and shown(project) == before
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    assert project.read("app.py") == content
    assert keylift("migrate", "--yes", *arguments, "app.py", cwd=project).returncode == 0
    assert project.read("app.py") == applied


def test_scrub_comments_puts_the_name_where_a_moved_value_stood(keylift, project):
    key, other = made_aws_id(), made_aws_id()
    content = (f'"""Runs with {key}."""\n\nAPI_KEY = "{key}"  # was {key} in May\n# {other} is another\n\n\n'
               f'def f():\n    """\n    >>> f("{key}")\n    """\n    # {key} and {key}\n\n\nresult = API_KEY\n')  # fmt: skip
    project.write("app.py", content)
    project.write("other.py", f"# see {key}\nx = 1\n")
    before = shown(project)
    run = keylift("migrate", "--yes", "--scrub-comments", "--format", "json", ".", cwd=project)
    new = project.read("app.py")
    name = json.loads(run.stdout)["names"][0]["name"]
    assert f'"""Runs with {name}."""' in new
    assert f'API_KEY = os.environ["{name}"]  # was {name} in May\n' in new
    assert f"# {other} is another" in new and f'>>> f("{key}")' in new and f"# {key} and {key}" in new
    assert project.read("other.py") == f"# see {name}\nx = 1\n"
    assert other not in project.read(".env")
    assert {site["reason"] for site in json.loads(run.stdout)["left"]} == {
        "a comment", "a doctest", "it stands there more than once"}  # fmt: skip
    assert shown(project) == before
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    assert project.read("app.py") == content and project.read("other.py") == f"# see {key}\nx = 1\n"


def test_a_comment_stays_where_its_code_stays(keylift, project):
    key = made_aws_id()
    content = f'from typing import Final\n\nAPI_KEY: Final = "{key}"  # {key}\n'
    project.write("app.py", content)
    keylift("migrate", "--yes", "--scrub-comments", "app.py", cwd=project)
    assert project.read("app.py") == content and not (project / ".env").exists()


def test_without_scrub_comments_they_are_reported(keylift, project):
    key = made_aws_id()
    project.write("app.py", f'API_KEY = "{key}"  # {key}\n')
    run = keylift("migrate", "--yes", "app.py", cwd=project)
    assert f"# {key}" in project.read("app.py") and "a comment" in run.stdout


def test_a_vault_that_does_not_give_a_value_back_keeps_the_comments(keylift, project):
    key = made_aws_id()
    content = f'API_KEY = "{key}"  # {key}\n'
    project.write("app.py", content)
    project.write("helper", "#!/bin/sh\nexit 3\n")
    (project / "helper").chmod(0o755)
    keylift("migrate", "--yes", "--scrub-comments", "--to", f"exec:{project / 'helper'}", "app.py", cwd=project)
    assert project.read("app.py") == content
