"""The module that code reads its secrets from: its text for every vault, judged by mypy, pyright, black and ruff."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

import support
from vaults.support_aws import Aws
from vaults.support_gcp import environment, gcp, write_json  # noqa: F401
from vaults.support_vaulttool import VaultTool

LONG = "a-team/with-a-very-long-name/and-a-department/of-a-company/that-has-many-of-both/prod/"
HELPERS = support.ROOT / "contrib" / "helpers"


def aws_modules(home):
    server = Aws("none", "http://127.0.0.1:1")
    places = {"plain": {}, "prefix": {"prefix": "shop/"}, "long": {"prefix": LONG}, "bundle": {"bundle": "app"},
              "longer": {"prefix": LONG * 2, "bundle": "app"}}  # fmt: skip
    for place, options in places.items():
        yield f"aws_{place}", server.tool(home, **options)


def azure_modules(home):
    env, url = support.clean_env(home), "https://shop.vault.azure.net"
    for place, options in {"plain": {}, "prefix": {"prefix": "shop-"}}.items():
        yield f"azure_{place}", VaultTool("azure", env, azure_vault=url, **options)


def gcp_modules(home, gcp):
    key = write_json(home / "key.json", gcp.writer.file(gcp.token_url))
    env = environment(gcp, home, GOOGLE_APPLICATION_CREDENTIALS=str(key))
    places = {"plain": {}, "prefix": {"prefix": "shop-"}, "bundle": {"bundle": "app"}}
    for place, options in places.items():
        yield f"gcp_{place}", VaultTool("gcp", env, gcp_project="shop-123", ca_file=gcp.ca_file, **options)
        regional = "projects/shop-123/locations/europe-west3"
        yield f"gcp_regional_{place}", VaultTool("gcp", env, gcp_project=regional, ca_file=gcp.ca_file, **options)


def vault_modules(home, bao):
    env = support.clean_env(home, VAULT_TOKEN=bao.root.token)
    places = {"plain": {}, "prefix": {"prefix": "shop"}, "bundle": {"bundle": "app"}, "field": {"vault_field": "pass"},
              "both": {"prefix": "shop", "bundle": "app"}}  # fmt: skip
    for place, options in places.items():
        yield f"vault_{place}", VaultTool("vault", env, vault_addr=bao.address, ca_file=bao.ca, vault_mount="secret", **options)


def exec_modules(home):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = support.clean_env(home, PATH=path, PYTHON_KEYRING_BACKEND="keyrings.alt.file.PlaintextKeyring")
    for place, options in {"plain": {}, "prefix": {"prefix": "shop-"}}.items():
        yield f"exec_{place}", VaultTool("exec", env, helper=HELPERS / "keylift-keyring", **options)


@pytest.fixture(scope="module")
def modules(bao, gcp, tmp_path_factory):  # noqa: F811
    """{name: path} of a module for each way to keep secrets."""
    home, found = tmp_path_factory.mktemp("home"), {}
    folder = tmp_path_factory.mktemp("modules")
    makers = (aws_modules(home), azure_modules(home), gcp_modules(home, gcp), vault_modules(home, bao),
              exec_modules(home))  # fmt: skip
    for maker in makers:
        for name, opened in maker:
            with opened as tool:
                assert tool.opened.ok, (name, tool.opened)
                answer = tool.python()
                assert answer.ok and answer.python["module"], (name, answer)
            for kind in ("module", "environ", "environ_one"):
                found[f"{name}_{kind}"] = folder / f"{name}_{kind}.py"
                found[f"{name}_{kind}"].write_text(answer.python[kind])
    assert len(found) == 3 * (5 + 2 + 6 + 5 + 2)
    return found


def judged(modules, *command, files=True):
    done = subprocess.run(
        [sys.executable, "-m", *command, *(map(str, modules.values()) if files else ())], cwd=next(iter(modules.values())).parent,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_mypy_finds_nothing(modules):
    judged(modules, "mypy", "--strict")


@pytest.mark.slow
def test_pyright_finds_nothing(modules):
    """In its own default mode; basedpyright is pyright as a package that needs nothing from npm."""
    folder = next(iter(modules.values())).parent
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}')
    judged(modules, "basedpyright", "--project", str(folder), "--pythonpath", sys.executable, files=False)


def test_black_would_change_nothing(modules):
    judged(modules, "black", "--check", "--diff")


def test_ruff_would_change_nothing(modules):
    judged(modules, "ruff", "format", "--check", "--diff", "--isolated")
    judged(modules, "ruff", "check", "--isolated")


ALONE = """
import base64, importlib, os, sys
sys.path.insert(0, sys.argv[1])
for name in sys.argv[2:]:
    m = importlib.import_module(name)
    assert issubclass(m.SecretNotFoundError, KeyError) and "API_KEY" in str(m.SecretNotFoundError("API_KEY"))
    held = {"A": "text", "B": b"bytes", "C": "Yg==", "SIGNING_KEY": b"\\0\\xff"}
    def read_from_vault(name):
        try:
            return held[name]
        except KeyError:
            raise m.SecretNotFoundError(name) from None
    m.read_from_vault = read_from_vault
    if not name.endswith("_module"):
        assert m.NAMES[-1] == "DB_PASSWORD"
        m.NAMES += ["A", "B", "D"]
        m.BYTES += ["C"]
        for gone in ("A", "B", "C", "SIGNING_KEY"):
            os.environ.pop(gone, None)
        m.load()
        assert os.environ["A"] == "text" and os.environ["B"] == "bytes" and os.environ["C"] == "Yg=="
        assert "D" not in os.environ and os.environ["API_KEY"] == "from outside"
        if "SIGNING_KEY" in m.BYTES:
            assert base64.b64decode(os.environ["SIGNING_KEY"]) == b"\\0\\xff"
        os.environ["SIGNING_KEY"] = os.environ["KEY"]
        for gone in ("A", "B", "C"):
            os.environ.pop(gone, None)
        continue
    assert m.get_secret("API_KEY") == "from outside"
    assert m.get_secret_bytes("KEY") == bytes(range(256))
    assert m.get_secret("A") == "text" and m.get_secret("B") == "bytes"
    assert m.get_secret_bytes("B") == b"bytes" and m.get_secret_bytes("C") == b"b"
    assert m.get_secret("D", default=None) is None and m.get_secret("D", "other") == "other"
    for read in (m.get_secret, m.get_secret_bytes):
        try:
            read("D")
        except KeyError as e:
            assert str(e).startswith("D: ") and e.args == ("D",)
        else:
            raise AssertionError(name)
"""


@pytest.mark.parametrize("version", support.pythons(), ids=lambda v: ".".join(map(str, v)))
def test_every_python_takes_them_without_the_sdk(version, modules, tmp_path):
    """Importing needs no SDK and no vault, and an environment variable wins."""
    key = base64.b64encode(bytes(range(256))).decode()
    env = support.clean_env(tmp_path, API_KEY="from outside", DB_PASSWORD="x", KEY=key, SIGNING_KEY=key)
    folder = next(iter(modules.values())).parent
    done = subprocess.run(
        [support.pythons()[version], "-I", "-c", ALONE, folder, *modules], env=env, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
