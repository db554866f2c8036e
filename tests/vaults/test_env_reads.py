"""--env-reads: programs that read the environment, migrated, and run with the variables and without them."""

import json

import pytest

import support
from vaults.support_aws import moto  # noqa: F401
from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_gcp import double, gcp  # noqa: F401
from vaults.support_programs import PLACES, keylift, python, sources


@pytest.fixture(params=PLACES)
def place(request, home):
    return PLACES[request.param](request, home)


@pytest.fixture
def aws(request, home):
    return PLACES["aws"](request, home)


def store(place, project, **values):
    for name, value in values.items():
        keylift(place, project, "put", *place.arguments, "--yes", name, typed=value)


READS = """\
import os
from os import environ, getenv as read

env = os.environ


def show(name, call):
    try:
        print(name, repr(call()))
    except KeyError as e:
        print(name, "KeyError", e.args[0])


show("subscript", lambda: os.environ["API_KEY"])
show("get", lambda: environ.get("API_KEY"))
show("fallback", lambda: os.getenv("API_KEY", "none given"))
show("keyword", lambda: env.get("API_KEY", default=7))
show("alias", lambda: read("API_KEY"))
show("dunder", lambda: os.environ.__getitem__("API_KEY"))
show("field", lambda: f"<{os.environ['API_KEY']}>")
show("nested", lambda: os.environ.get("OLD_API_KEY", os.environ.get("API_KEY")))
"""


def shop(project, source=READS):
    project.write("pyproject.toml", '[project]\nname = "shop"\n')
    project.write("shop/__init__.py", "")
    project.write("shop/__main__.py", "import shop.reads\n")
    project.write("shop/reads.py", source)


def migrate(place, project, *more, status=0):
    return keylift(place, project, "migrate", *place.arguments, *more, "--yes", ".", status=status)


def test_a_read_gives_what_it_gave_and_the_vault_is_asked_for_what_is_not_set(place, project):
    value = support.made_stripe_key()
    shop(project)
    store(place, project, API_KEY=value)
    source = sources(project)
    unset = python(place, project, "-m", "shop")
    with_variable = python(place, project, "-m", "shop", API_KEY=value)
    other = python(place, project, "-m", "shop", API_KEY="other")
    migrate(place, project)
    assert b'get_secret("API_KEY")' in sources(project)["shop/reads.py"]
    assert value.encode() not in b"".join(sources(project).values())
    # The environment wins, as before; what it lacks, the vault has.
    assert python(place, project, "-m", "shop", API_KEY="other") == other
    assert python(place, project, "-m", "shop") == with_variable != unset
    moved = sources(project)
    migrate(place, project)
    assert sources(project) == moved
    keylift(place, project, "undo", *place.undo, "--yes")
    assert sources(project) == source


def test_one_command_puts_the_values_there_and_rewrites_the_reads(place, project):
    value = support.made_stripe_key()
    shop(project)
    values = project.home / "prod.env"
    values.write_text(f"API_KEY={value}\nOLD_API_KEY={value}\nUNREAD_SECRET=x{value}\n")
    source = sources(project)
    with_variable = python(place, project, "-m", "shop", API_KEY=value, OLD_API_KEY=value)
    planned = keylift(place, project, "plan", *place.arguments, "--with-values", str(values), ".")
    assert value not in planned and "API_KEY" in planned and sources(project) == source
    migrate(place, project, "--with-values", str(values))
    assert b'get_secret("API_KEY")' in sources(project)["shop/reads.py"]
    assert python(place, project, "-m", "shop", OLD_API_KEY=value) == with_variable
    moved = sources(project)
    migrate(place, project, "--with-values", str(values))
    assert sources(project) == moved
    keylift(place, project, "undo", *place.undo, "--yes")
    assert sources(project) == source


# Each library's own package is what runs. A program that has no variable ends with the library's own error before.
LIBRARIES = {
    "decouple": """\
from decouple import Csv, config

print(repr(config("API_KEY")))
print(repr(config("PIN_TOKEN", cast=int)))
print(repr(config("FLAG_TOKEN", default=False, cast=bool)))
print(repr(config("LIST_TOKEN", "a,b", cast=Csv())))
print(repr(config("LATER_TOKEN", default=None)))
""",
    "starlette": """\
from starlette.config import Config
from starlette.datastructures import CommaSeparatedStrings, Secret

config = Config(env_prefix="")
print(repr(str(config("API_KEY", cast=Secret))))
print(repr(config("PIN_TOKEN", cast=int)))
print(repr(config("FLAG_TOKEN", bool, False)))
print(repr(list(config("LIST_TOKEN", cast=CommaSeparatedStrings, default="a,b"))))
print(repr(config("LATER_TOKEN", default=None)))
""",
    "environs": """\
from environs import Env

env = Env()
print(repr(env("API_KEY")))
print(repr(env.str("PIN_TOKEN")))
print(repr(env.str("FLAG_TOKEN", default="no")))
with env.prefixed("LIST_"):
    print(repr(env.str("TOKEN", default="a,b")))
print(repr(env("LATER_TOKEN", default=None)))
""",
    "environ": """\
import environ

env = environ.Env()
print(repr(env("API_KEY")))
print(repr(env.str("PIN_TOKEN")))
print(repr(env("FLAG_TOKEN", default="no")))
print(repr(env.str("LIST_TOKEN", default="a,b")))
print(repr(env("LATER_TOKEN", default=None)))
""",
}
VALUES = {"API_KEY": "abcdef", "PIN_TOKEN": "4711", "FLAG_TOKEN": "true", "LIST_TOKEN": "x,y,z"}



def test_casts_prefixes_and_defaults_of_the_libraries_stay(aws, project):
    for name, source in LIBRARIES.items():
        project.write(f"shop/with_{name}.py", source)
    shop(project, "".join(f"from . import with_{name}\n" for name in LIBRARIES))
    one = {"API_KEY": "k", "PIN_TOKEN": "1", "FLAG_TOKEN": "false", "LIST_TOKEN": "a,b"}
    before, other = python(aws, project, "-m", "shop", **VALUES), python(aws, project, "-m", "shop", **one)
    store(aws, project, **VALUES)
    source = sources(project)
    migrate(aws, project, "--env-reads", "secrets", status=1)  # LATER_TOKEN is not in the vault
    moved = sources(project)
    for name in LIBRARIES:
        assert moved[f"shop/with_{name}.py"].count(b"get_secret(") == 4
    assert python(aws, project, "-m", "shop") == before
    assert python(aws, project, "-m", "shop", **one) == other
    migrate(aws, project, "--env-reads", "secrets", status=1)
    assert sources(project) == moved
    keylift(aws, project, "undo", *aws.undo, "--yes")
    assert sources(project) == source


MODULE = "shop/vault_secrets.py"
FILLED = """\
import argparse
import os

import typer
from decouple import config
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from typer.testing import CliRunner


class Settings(BaseSettings):
    api_key: SecretStr
    pin_token: int = 0


app = typer.Typer()


@app.command()
def run(token: str = typer.Option("none", envvar="LIST_TOKEN")):
    print(token)


print(Settings().api_key.get_secret_value(), Settings().pin_token, config("FLAG_TOKEN", cast=bool))
print(CliRunner().invoke(app, []).output)
print("API_KEY" in os.environ, os.environ.copy()["API_KEY"])
"""


def test_style_environ_serves_what_reads_the_environment_by_itself(aws, project):
    shop(project, FILLED.replace("import argparse\n", ""))
    before = python(aws, project, "-m", "shop", **VALUES)
    store(aws, project, **VALUES)
    source = sources(project)
    migrate(aws, project, "--style", "environ")
    moved = sources(project)
    assert b'"API_KEY"' in moved[MODULE] and b"vault_secrets" in moved["shop/reads.py"]
    assert python(aws, project, "-m", "shop") == before
    migrate(aws, project, "--style", "environ")
    assert sources(project) == moved
    # One more read in a file that imports the module already: the module alone changes, also by a plan.
    project.write("shop/reads.py", moved["shop/reads.py"] + b'\nprint(os.environ["NEW_TOKEN"])\n')
    store(aws, project, NEW_TOKEN="new")
    edited = sources(project)
    keylift(aws, project, "plan", *aws.arguments, "--style", "environ", "-o", "plan.json", ".")
    migrate(aws, project, "--style", "environ")
    migrated = sources(project)
    assert b'"NEW_TOKEN"' in migrated[MODULE] and migrated["shop/reads.py"] == edited["shop/reads.py"]
    keylift(aws, project, "undo", *aws.undo, "--yes")
    assert sources(project) == edited
    keylift(aws, project, "apply", "plan.json", "--yes")
    assert sources(project) == migrated
    keylift(aws, project, "apply", "plan.json", "--yes")
    assert sources(project) == migrated
    assert python(aws, project, "-m", "shop").splitlines()[-1] == "new"


def left(place, project, *more, status=0):
    """{line: reason} of what plan leaves."""
    answer = json.loads(keylift(place, project, "plan", *place.arguments, "--format", "json", *more, ".", status=status))
    return {read["line"]: read["reason"] for read in answer.get("reads", []) if read["reason"]}


STAYS = """\
import os, subprocess
from decouple import UndefinedValueError, config
from pydantic_settings import BaseSettings

os.environ["API_KEY"] = os.environ["API_KEY"].strip()
found = "API_KEY" in os.environ
gone = os.environ.pop("GONE_TOKEN", None)
also = os.environ.get("GONE_TOKEN")
kept = os.environ.setdefault("API_KEY", "x")
child = subprocess.run(["true"], env={**os.environ, "A": "b"}, check=True)
every = {name: value for name, value in os.environ.items()}
copied = os.environ.copy()["API_KEY"]
(os.environ["API_KEY"], other) = ("a", "b")
aws = os.environ.get("AWS_SECRET_ACCESS_KEY")
handled = config("API_KEY", default=None)
region = os.environ.get("SHOP_REGION", "eu")


class Settings(BaseSettings):
    api_key: str


def inner(os):
    return os.environ["API_KEY"]
"""


def test_what_is_no_plain_read_stays_with_its_reason(aws, project):
    shop(project, STAYS)
    project.write("tests/test_reads.py", 'import os\n\nkey = os.environ["API_KEY"]\n')
    store(aws, project, API_KEY="abcdef", GONE_TOKEN="abcdef", SHOP_REGION="eu-1")
    reasons = left(aws, project)
    words = {6: "asks whether", 7: "takes the variable out", 8: "takes the variable out", 9: "setdefault", 12: "a copy",
             13: "writes", 14: "the AWS SDKs", 15: "own error", 20: "pydantic-settings", 24: 'sure that "os"'}  # fmt: skip
    assert set(reasons) == {*words, 3}  # line 3: the test
    for line, word in words.items():
        assert word in reasons[line]
    assert "--include-tests" in reasons[3]
    # The right side of a write is a read; a setting is one only for "all"; asked for, what stays is told by the status.
    migrate(aws, project)
    text = sources(project)["shop/reads.py"].decode()
    assert 'os.environ["API_KEY"] = get_secret("API_KEY").strip()' in text and '"SHOP_REGION", "eu"' in text
    migrate(aws, project, "--env-reads", "all", status=1)
    assert 'region = get_secret("SHOP_REGION", "eu")' in sources(project)["shop/reads.py"].decode()


def test_a_name_that_the_vault_lacks_stays_with_the_line_that_stores_it(aws, project):
    shop(project, 'import os\n\nkey = os.environ.get("API_KEY")\n')
    [reason] = left(aws, project).values()
    assert "value unknown" in reason and "keylift put API_KEY --to aws" in reason
    assert left(aws, project, "--env-reads", "none") == {}
    source = sources(project)
    migrate(aws, project)
    migrate(aws, project, "--env-reads", "secrets", status=1)
    assert sources(project) == source
    project.git_init()
    project.commit()
    done = keylift(aws, project, "migrate", *aws.arguments, "--staged", "--env-reads", "all", "--yes", status=2)
    assert done == ""


BOTH = """\
import os

key = os.environ.get("API_KEY", "{}")
other = os.getenv("OTHER_TOKEN")
print(key, other)
"""


def test_a_default_that_is_a_secret_moves_beside_its_read_and_a_plan_does_the_same(aws, project):
    secret, value = support.made_stripe_key(), support.made_stripe_key()
    shop(project, BOTH.format(secret))
    store(aws, project, API_KEY=value, OTHER_TOKEN="xyz")
    before = python(aws, project, "-m", "shop", API_KEY=value, OTHER_TOKEN="xyz")
    source = sources(project)
    keylift(aws, project, "plan", *aws.arguments, "-o", "plan.json", ".")
    plan = project.read("plan.json")
    assert secret not in plan and value not in plan
    shown = migrate(aws, project)
    assert secret not in shown and value not in shown
    moved = sources(project)
    assert moved["shop/reads.py"].count(b"get_secret(") == 3 and secret.encode() not in moved["shop/reads.py"]
    assert python(aws, project, "-m", "shop") == before
    keylift(aws, project, "undo", *aws.undo, "--yes")
    assert sources(project) == source
    keylift(aws, project, "apply", "plan.json", "--yes")
    assert sources(project) == moved
    keylift(aws, project, "apply", "plan.json", "--yes")
    keylift(aws, project, "undo", *aws.undo, "--yes")
    assert sources(project) == source
    # A value that the plan knew has another now.
    keylift(aws, project, "put", *aws.arguments, "--yes", "OTHER_TOKEN", typed="changed")
    keylift(aws, project, "apply", "plan.json", "--yes", status=2)
    assert sources(project) == source
