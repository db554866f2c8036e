"""exec:PROGRAM with the helpers of contrib/ and the real stores behind them: Python's keyring with a backend
that writes a file, and pass with gpg in a home of its own. What misbehaves is in tests/unit/test_exec.c."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import support
from vaults.support_conformance import conformance
from vaults.support_vaulttool import VaultTool

HELPERS = support.ROOT / "contrib" / "helpers"
VALUES = ["x", " both ends ", "a\nb\r\nc\r", "\n", "é\u2028\U0001f511\ufeff", "'\"\\$`", "%", "[section]\na = b", "x" * 70000]


@pytest.fixture
def keyring_env(home):
    """An environment with a keyring that lies in a file of this home, and the Python that has it."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return support.clean_env(home, PATH=path, PYTHON_KEYRING_BACKEND="keyrings.alt.file.PlaintextKeyring")


@pytest.fixture
def pass_env(home):
    """An environment with a password store, and a key of its own without a passphrase."""
    for program in ("pass", "gpg"):
        assert shutil.which(program), f"{program} is not installed; ./test installs it"
    # A socket's path is short: gpg-agent's lies in this folder.
    gpg_home = Path(tempfile.mkdtemp(prefix="klgpg"))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = support.clean_env(home, PATH=path, GNUPGHOME=str(gpg_home), PASSWORD_STORE_DIR=str(home / "store"))
    run = lambda *command: subprocess.run(command, env=env, check=True, capture_output=True, timeout=120)  # noqa: E731
    try:
        run("gpg", "--batch", "--passphrase", "", "--quick-generate-key", "Test <test@example.invalid>", "default", "default")
        run("pass", "init", "test@example.invalid")
        yield env
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], env=env, capture_output=True, timeout=60)
        shutil.rmtree(gpg_home, ignore_errors=True)


@pytest.fixture(params=["keyring", pytest.param("pass", marks=pytest.mark.slow)])
def store(request):
    return request.param, request.getfixturevalue(request.param + "_env"), HELPERS / f"keylift-{request.param}"


@pytest.mark.slow
def test_conformance(store):
    _, env, helper = store
    conformance("exec", env, timeout=1800, helper=helper)  # it starts hundreds of programs


def read_with_its_own_program(kind, env, name):
    if kind == "pass":
        return subprocess.run(["pass", "show", f"keylift/{name}"], env=env, check=True, capture_output=True, timeout=60).stdout
    code = "import keyring, sys; sys.stdout.buffer.write(keyring.get_password('keylift', sys.argv[1]).encode())"
    return subprocess.run([sys.executable, "-c", code, name], env=env, check=True, capture_output=True, timeout=60).stdout


def test_the_stores_own_program_reads_every_value(store):
    kind, env, helper = store
    with VaultTool("exec", env, helper=helper) as vault:
        for i, value in enumerate(VALUES):
            assert vault.put(f"N{i}", value).ok, value[:20]
            assert vault.get(f"N{i}").value == value.encode()
            assert read_with_its_own_program(kind, env, f"N{i}") == value.encode()
        assert sorted(vault.list().names) == sorted(f"N{i}" for i in range(len(VALUES)))
        assert vault.accepts("EMPTY", "").status == "unsupported"
        assert vault.add("ABSENT", "x").status == "not-found"


def test_a_project_is_migrated_to_the_store_and_its_program_reads_there(store, home, project):
    kind, env, helper = store
    value = support.made_password()
    project.write("app.py", f'DB_PASSWORD = "{value}"\nprint(DB_PASSWORD)\n')
    before = subprocess.run([sys.executable, "app.py"], cwd=project, env=env, check=True, capture_output=True).stdout
    done = subprocess.run(
        [support.BINARY, "migrate", "--to", f"exec:{helper}", "--yes", "-vv"], cwd=project, env=env,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert value not in done.stdout + done.stderr and value not in project.read("app.py")
    assert ("keyring.get_credential" if kind == "keyring" else "subprocess.check_output") in project.read("app.py")
    after = subprocess.run([sys.executable, "app.py"], cwd=project, env=env, check=True, capture_output=True).stdout
    assert after == before


@pytest.mark.parametrize("style", ["module", "environ"])
def test_a_helper_is_read_through_a_module_too(keyring_env, project, style):
    values = support.made_password(), support.made("", 40)
    project.write("app.py", f'import other\n\nDB_PASSWORD = "{values[0]}"\nprint(DB_PASSWORD, other.API_KEY)\n')
    project.write("other.py", f'API_KEY = "{values[1]}"\n')
    program = lambda: subprocess.run([sys.executable, "app.py"], cwd=project, env=keyring_env, check=True, capture_output=True).stdout  # noqa: E731
    before, source = program(), project.files()

    def keylift(*words):
        done = subprocess.run([support.BINARY, *words, "--to", f"exec:{HELPERS / 'keylift-keyring'}", "--yes"], cwd=project,
                              env=keyring_env, capture_output=True, text=True, timeout=120)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    keylift("migrate", "--style", style, ".")
    assert program() == before
    assert "keyring" in project.read("vault_secrets.py") and "vault_secrets" in project.read("other.py")
    assert not any(value.encode() in text for value in values for text in project.files().values())
    keylift("undo")
    assert program() == before and {name: data for name, data in project.files().items() if name in source} == source


def test_the_helper_is_named_and_asked_who_it_is(store, tmp_path):
    kind, env, helper = store
    done = subprocess.run(
        [support.BINARY, "vaults", "check", f"exec:{helper}"], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert f"helper: {helper}" in done.stdout
    assert ("keyring: file PlaintextKeyring" if kind == "keyring" else "encrypted for: test@example.invalid") in done.stdout


def test_a_store_that_is_not_there_is_explained(home, tmp_path):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = support.clean_env(home, PATH=path, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    for helper, words in (("keylift-keyring", "no keyring can be used"), ("keylift-pass", "pass init")):
        with VaultTool("exec", env, helper=HELPERS / helper) as vault:
            answer = vault.identity()
            assert answer.status == "credentials" and words in answer.message, answer


def test_a_scanned_tree_does_not_choose_a_helper(project, keylift):
    project.write("app.py", "x = 1\n")
    project.write("keylift.toml", f'vault = "exec:{HELPERS / "keylift-pass"}"\n')
    done = keylift("plan", cwd=project)
    assert done.returncode == 2 and "may not choose a program" in done.stderr
    (project / "keylift.toml").unlink()
    shutil.copy(HELPERS / "keylift-pass", project / "helper")
    done = keylift("plan", "--to", "exec:./helper", cwd=project)
    assert done.returncode == 2 and "lies in the project" in done.stderr
