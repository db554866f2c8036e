"""A project migrated to each vault in each style, and run before and after with the official SDK of the vault."""

import base64
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


def shop(project):
    """A package with text and bytes; the values."""
    values = {"API_TOKEN": support.made_stripe_key(), "MAIL_TOKEN": support.made_stripe_key(),
              "SIGNING_TOKEN": support.made_stripe_key().encode()}  # fmt: skip
    lines = {name: f"{name} = {value!r}\n" for name, value in values.items()}
    project.write("pyproject.toml", '[project]\nname = "shop"\n')
    project.write("shop/__init__.py", "")
    project.write("shop/config.py", "import os\n\n" + lines["API_TOKEN"] + lines["SIGNING_TOKEN"])
    project.write("shop/mail.py", "from .config import API_TOKEN, SIGNING_TOKEN\n\n" + lines["MAIL_TOKEN"])
    project.write("shop/__main__.py", "from .mail import *\n\nprint(API_TOKEN, SIGNING_TOKEN, MAIL_TOKEN)\n")
    return values


@pytest.mark.parametrize("bundle", [False, True], ids=["single", "bundle"])
@pytest.mark.parametrize("style", ["inline", "module", "environ"])
def test_the_program_does_as_before(place, style, bundle, project):
    if bundle and not place.bundles:
        return  # Azure has none: --bundle is refused there (test_azure_refusals.py)
    values = shop(project)
    before, source = python(place, project, "-m", "shop"), sources(project)
    more = ["--style", style] if style != "module" else []  # it is the default
    more += ["--bundle", "all"] if bundle else []
    keylift(place, project, "migrate", *place.arguments, *more, "--yes", ".")
    moved = sources(project)
    for value in values.values():
        assert not any((value.encode() if isinstance(value, str) else value) in text for text in moved.values())
    assert ("shop/vault_secrets.py" in moved) == (style != "inline")
    assert python(place, project, "-m", "shop") == before
    keylift(place, project, "migrate", *place.arguments, *more, "--yes", ".")
    assert sources(project) == moved
    keylift(place, project, "undo", *place.undo, "--yes")
    assert sources(project) == source


PROBE = """
import concurrent.futures, json, os, sys
from shop import vault_secrets as m

asked = []
read = m.read_from_vault
def count(name):
    asked.append(name)
    return read(name)
m.read_from_vault = count

with concurrent.futures.ThreadPoolExecutor(16) as pool:
    got = set(pool.map(lambda _: m.get_secret("API_TOKEN"), range(64)))
    many = set(pool.map(lambda _: m.get_secret_bytes("SIGNING_TOKEN"), range(64)))
assert asked.count("API_TOKEN") == asked.count("SIGNING_TOKEN") == 1, asked
assert m._client.cache_info().misses == 1

for absent in ("ABSENT_ONE", "ABSENT_TWO"):
    try:
        m.get_secret(absent)
    except KeyError as e:
        assert absent in str(e) and type(e) is m.SecretNotFoundError
    else:
        raise AssertionError(absent)
assert m.get_secret("ABSENT_ONE", default=None) is None
assert m.get_secret("ABSENT_ONE", "other") == "other"
os.environ["API_TOKEN"] = "outside"
assert m.get_secret("API_TOKEN") == "outside"
del os.environ["API_TOKEN"]

pid = os.fork()
if not pid:
    assert m._client.cache_info().currsize == 0
    ok = m.get_secret("API_TOKEN") in got and m.get_secret("MAIL_TOKEN")
    os._exit(0 if ok else 1)
assert os.waitpid(pid, 0)[1] == 0
print(json.dumps([list(got), [value.decode() for value in many]]))
"""


def test_the_module_asks_once_and_serves_threads_and_forks(place, project):
    values = shop(project)
    keylift(place, project, "migrate", *place.arguments, "--yes", ".")
    answer = json.loads(python(place, project, "-c", PROBE, GRPC_ENABLE_FORK_SUPPORT="1"))
    assert answer == [[values["API_TOKEN"]], [values["SIGNING_TOKEN"].decode()]]


def test_variables_need_no_vault_and_no_sdk(place, project, home):
    shop(project)
    keylift(place, project, "migrate", *place.arguments, "--yes", ".")
    script = "import shop.mail as m, sys; print(m.API_TOKEN, m.MAIL_TOKEN, m.SIGNING_TOKEN); " \
             "assert not {'boto3', 'hvac', 'azure', 'google.cloud'} & set(sys.modules)"  # fmt: skip
    outside = {"API_TOKEN": "one", "MAIL_TOKEN": "two", "SIGNING_TOKEN": base64.b64encode(b"three\0").decode()}
    done = project.python("-c", script, env=outside)
    assert done.returncode == 0 and done.stdout == "one two b'three\\x00'\n", done.stderr
