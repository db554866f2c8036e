"""Two emulators of AWS on loopback, clients for them, and keylift's vault driven from Python.

    aws = emulator("moto")            a server; emulator("ministack") is another
    aws.client("secretsmanager")      boto3
    aws.vault(home, prefix="p/")      keylift, a process a call: vault.put(name, value) ...
    with aws.tool(home) as vault:     keylift, one process
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

import support
from vaults.support_vaulttool import VaultTool

REGION = "eu-central-1"
LIMIT_S = 60  # until a server answers: against hangs
ACCESS = "AWS_ACCESS_KEY_ID"
EMULATORS = ("moto", "ministack")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def _command(kind, port):
    if kind == "moto":
        return [str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)], {}
    return [sys.executable, "-m", "ministack"], {
        "GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0"}  # fmt: skip


class Aws:
    def __init__(self, kind, url):
        self.kind, self.url = kind, url
        self.id, self.key = support.made("AK" + "IA", 16), support.made("", 40)

    def env(self, home, **more):
        keys = {ACCESS: self.id, "AWS_SECRET_" + "ACCESS_KEY": self.key}
        return support.clean_env(home, AWS_EC2_METADATA_DISABLED="true", AWS_DEFAULT_REGION=REGION, **keys, **more)

    def client(self, service="secretsmanager"):
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=self.id,
            aws_secret_access_key=self.key, config=Config(retries={"max_attempts": 0}),
        )  # fmt: skip

    def tool(self, home, url=None, env=None, **options):
        return VaultTool("aws", env or self.env(home), **{"endpoint": url or self.url, "aws_region": REGION, **options})

    def vault(self, home, url=None, **options):
        return Vault(lambda: self.tool(home, url, **options))


class Vault:
    """A process a call, so that nothing is remembered from the one before."""

    def __init__(self, tool):
        self.tool = tool

    def __getattr__(self, op):
        def call(*arguments, **more):
            with self.tool() as vault:
                assert vault.opened.ok, vault.opened
                return getattr(vault, op)(*arguments, **more)

        return call


@contextlib.contextmanager
def emulator(kind):
    port = free_port()
    command, env = _command(kind, port)
    log = support.BUILD / f"{kind}-{port}.log"
    with open(log, "wb") as out:
        process = subprocess.Popen(
            command, env=support.clean_env(support.BUILD, **env), stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    try:
        _wait(process, port, log)
        yield Aws(kind, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.unlink()


def _wait(process, port, log):
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).close()
            return
        except urllib.error.HTTPError:
            return  # it answers, whatever it says
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the emulator did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session", params=EMULATORS)
def aws(request):
    """Each of the emulators in turn, one a test process."""
    with emulator(request.param) as server:
        yield server


@pytest.fixture(scope="session")
def moto():
    with emulator("moto") as server:
        yield server


_prefixes = iter(range(1_000_000))


@pytest.fixture
def prefix():
    """A place of its own in a server that all tests of a process share."""
    return f"t{os.getpid()}-{next(_prefixes)}/"
