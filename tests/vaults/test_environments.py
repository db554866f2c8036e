"""--environment with the vaults of the network: it is a part of the prefix, and the program says when it runs which
environment's secrets it reads."""

import subprocess
import sys

import pytest

import support
from vaults.support_aws import moto  # noqa: F401
from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_gcp import double, gcp  # noqa: F401
from vaults.test_module_reads import PLACES, keylift, python, shop, sources

MARKS = {"aws": "/", "vault": "/", "azure": "-", "gcp": "-"}


def put(place, project, name, value, *more):
    """keylift put, told what the vault's place is; --style and the like are no business of it."""
    done = subprocess.run(
        [support.BINARY, "put", "--yes", name, *place.arguments, *more], cwd=project, env=place.env, input=value,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def formatted(path):
    for command in (["black", "--check", "--diff"], ["ruff", "format", "--check", "--diff", "--isolated"],
                    ["mypy", "--strict"]):  # fmt: skip
        done = subprocess.run([sys.executable, "-m", *command, str(path)], cwd=path.parent, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=600)  # fmt: skip
        assert done.returncode == 0, done.stdout


CASES = [("vault", ["--style", "module"]), ("vault", ["--style", "inline"]), ("vault", ["--bundle", "all"]),
         ("vault", ["--bundle", "all", "--style", "inline"]), ("vault", ["--style", "environ"]),
         ("aws", ["--style", "module"]), ("aws", ["--bundle", "all", "--style", "inline"]),
         ("azure", ["--style", "module"]), ("azure", ["--style", "inline"]),
         ("gcp", ["--style", "module"]), ("gcp", ["--style", "inline"])]  # fmt: skip


@pytest.mark.parametrize("kind, more", CASES, ids=lambda case: case if isinstance(case, str) else "".join(case))
def test_one_code_reads_the_secrets_of_the_environment_that_it_is_told(request, home, project, kind, more):
    place = PLACES[kind](request, home)
    bundle = more[:2] if more[0] == "--bundle" else []
    values = shop(project)
    before, source = python(place, project, "-m", "shop"), sources(project)
    told = keylift(place, project, "migrate", *place.arguments, *more, "--environment", "prod", "--yes", ".")
    assert "environment: prod" in told and "SECRETS_ENVIRONMENT" in told
    moved = sources(project)
    assert python(place, project, "-m", "shop") == before
    assert python(place, project, "-m", "shop", SECRETS_ENVIRONMENT="prod") == before
    if not bundle:
        assert f"prod{MARKS[kind]}API" in told.replace("_", "-")
    for name in ("API_TOKEN", "MAIL_TOKEN", "SIGNING_TOKEN"):
        put(place, project, name, "b2YgZGV2" if name == "SIGNING_TOKEN" else f"dev-{name}", "--environment", "dev", *bundle)
    dev = python(place, project, "-m", "shop", SECRETS_ENVIRONMENT="dev")
    assert dev.startswith("dev-API_TOKEN ") and dev.endswith(" dev-MAIL_TOKEN\n")
    assert python(place, project, "-m", "shop") == before
    keylift(place, project, "migrate", *place.arguments, *more, "--environment", "prod", "--yes", ".")
    assert sources(project) == moved and not any(str(value) in str(moved) for value in values.values())
    if kind == "vault" and "module" in more:
        formatted(project / "shop/vault_secrets.py")
    keylift(place, project, "undo", *place.undo, "--yes")
    assert sources(project) == source


def test_apply_and_the_table_of_files(request, home, project):
    """Files of two environments, in one program, by two plans."""
    place = PLACES["vault"](request, home)
    values = support.made_stripe_key(), support.made_stripe_key()
    project.write("settings/__init__.py", "")
    project.write("pyproject.toml", 'tool.keylift.environments = [{path = "settings/dev.py", environment = "dev"}, '
                                    '{path = "settings/prod.py", environment = "prod"}]\n')  # fmt: skip
    for name, value in zip(("dev", "prod"), values):
        project.write(f"settings/{name}.py", f'from . import base\n\nAPI_TOKEN = "{value}"\n')
    project.write("settings/base.py", "")
    where = place.arguments[place.arguments.index("--vault-addr") :][:2]
    for name in ("dev", "prod"):
        words = [str(support.BINARY), "plan", *place.arguments, "--environment", name, "-o", f"{name}.json", "."]
        done = subprocess.run(words, cwd=project, env=place.env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == (1 if name == "dev" else 0), done.stdout + done.stderr  # the other one's is left
        keylift(place, project, "apply", *where, "--yes", f"{name}.json")
        assert f'/{name}/"' in project.read(f"settings/vault_secrets_{name}.py")
    program = "from settings import dev, prod\nprint(dev.API_TOKEN, prod.API_TOKEN)\n"
    for env in ({}, {"SECRETS_ENVIRONMENT": "test"}):
        assert python(place, project, "-c", program, **env) == f"{values[0]} {values[1]}\n"
