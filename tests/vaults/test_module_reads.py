"""A project migrated to each vault in each style, and run before and after with the official SDK of the vault."""

import base64
import json
import os
import subprocess
import sys

import pytest

import support
from vaults.support_aws import moto  # noqa: F401
from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_gcp import PROJECT, double, environment, gcp, write_json  # noqa: F401

SERIAL = iter(range(1 << 30))

# The doubles are no servers of the providers': the SDKs must be told so. Nothing else of them is changed.
TOLD_AZURE = """
import azure.identity, azure.keyvault.secrets, functools
azure.identity.DefaultAzureCredential = functools.partial(
    azure.identity.DefaultAzureCredential, disable_instance_discovery=True)
azure.keyvault.secrets.SecretClient = functools.partial(
    azure.keyvault.secrets.SecretClient, verify_challenge_resource=False)
"""
TOLD_GOOGLE = """
from google.cloud import secretmanager
made = secretmanager.SecretManagerServiceClient.__init__
def init(self, **more):
    made(self, client_options={{"api_endpoint": {target!r}}}, **more)
secretmanager.SecretManagerServiceClient.__init__ = init
"""


class Place:
    """`env` of keylift and of the program, `arguments` of migrate, `undo` what undo must be told again."""

    def __init__(self, env, arguments, undo, bundles=True):
        self.env, self.arguments, self.undo, self.bundles = env, arguments, undo, bundles


def aws_place(request, home):
    server, prefix = request.getfixturevalue("moto"), f"m{next(SERIAL)}/"
    env = server.env(home, AWS_ENDPOINT_URL=server.url)
    # Where the program runs, boto3 finds no region: the module has it.
    region = env.pop("AWS_DEFAULT_REGION")
    return Place(env, ["--to", "aws", "--aws-region", region, "--prefix", prefix], ["--aws-region", region])


def vault_place(request, home):
    server, prefix = request.getfixturevalue("bao"), f"m{next(SERIAL)}"
    env = support.clean_env(home, VAULT_TOKEN=server.root.token, VAULT_CACERT=str(server.ca))
    where = ["--vault-addr", server.address]
    return Place(env, ["--to", "vault", *where, "--vault-mount", "secret", "--prefix", prefix], where)


def sitecustomize(folder, text, env):
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(text)
    return {**env, "PYTHONPATH": str(folder)}


def azure_place(request, home):
    server = request.getfixturevalue("azure")
    env = server.base(home, **server.with_secret(), REQUESTS_CA_BUNDLE=str(server.tls.ca_file))
    where = ["--endpoint", server.vault.url, "--ca-file", str(server.tls.ca_file)]
    env = sitecustomize(home / "told", TOLD_AZURE, env)
    return Place(env, ["--to", "azure", *where, "--prefix", "shop-"], where, bundles=False)


def gcp_place(request, home):
    server = request.getfixturevalue("double")
    key = write_json(home / "key.json", server.writer.file(server.token_url))
    env = environment(server, home, GOOGLE_APPLICATION_CREDENTIALS=str(key))
    env["PATH"] = os.environ["PATH"]
    where = ["--endpoint", server.url, "--ca-file", str(server.ca_file)]
    env = sitecustomize(home / "told", TOLD_GOOGLE.format(target=server.grpc_target), env)
    return Place(env, ["--to", "gcp", "--gcp-project", PROJECT, *where, "--prefix", "shop-"], where)


PLACES = {"aws": aws_place, "vault": vault_place, "azure": azure_place, "gcp": gcp_place}


@pytest.fixture(params=PLACES)
def place(request, home):
    return PLACES[request.param](request, home)


def keylift(place, project, *arguments):
    done = subprocess.run(
        [support.BINARY, *arguments], cwd=project, env=place.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def python(place, project, *arguments, **more):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=project, env={**place.env, **more}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


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


def sources(project):
    return {name: data for name, data in project.files().items() if name.endswith(".py")}


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
