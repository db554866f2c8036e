"""Where a program of a test reads its secrets from: each vault, with what keylift and the program need to reach it."""

import os
import subprocess
import sys

import support
from vaults.support_gcp import PROJECT, environment, write_json

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


def keylift(place, project, *arguments, status=0, typed=""):
    done = subprocess.run(
        [support.BINARY, *arguments], cwd=project, env=place.env, input=typed, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def python(place, project, *arguments, **more):
    done = subprocess.run(
        [sys.executable, *arguments], cwd=project, env={**place.env, **more}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def sources(project):
    return {name: data for name, data in project.files().items() if name.endswith(".py")}
