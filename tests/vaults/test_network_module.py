"""Who pays for the network: only what talks to a vault of the network loads libcurl and OpenSSL. And what
keylift says when its network module cannot be loaded."""

import re
import shutil
import subprocess
import sys

import pytest

import support
from vaults.support_http import HANG_S, TOOL
from vaults.support_proxy import FaultProxy, free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks the loader of glibc")

NETWORK = {"keylift-net", "libcurl", "libssl", "libcrypto"}
MODULE = support.BINARY.parent / "keylift-net.so"


def loaded(command, home, cwd, folder, **env):
    """The shared objects that the loader opened from the program's first to its last instruction."""
    report = folder / "loader"
    env = support.clean_env(home, LD_DEBUG="files", LD_DEBUG_OUTPUT=str(report), **env)
    with subprocess.Popen(list(map(str, command)), cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True) as process:  # fmt: skip
        said, _ = process.communicate(timeout=120)
    assert process.returncode in (0, 1), said
    written = folder / f"loader.{process.pid}"  # git, which is started, writes one, too
    names = re.findall(r"file=(\S+) \[\d+\];\s+generating link map", written.read_text())
    return {re.split(r"\.so\b", name.rsplit("/", 1)[-1])[0] for name in names}


@pytest.mark.parametrize("command", [["scan", "."], ["scan", "-"], ["env", "."], ["plan", "."], ["vaults", "list"],
                                     ["migrate", "--yes", "."], ["--version"]])  # fmt: skip
def test_what_needs_no_vault_of_the_network_loads_no_library_for_it(command, home, project, tmp_path):
    project.git_init()
    project.write("a.py", f'import os\n\ntoken = "{support.made_stripe_key()}"\nhost = os.environ["HOST"]\n')
    found = loaded([support.BINARY, *command], home, project, tmp_path)
    assert "libc" in found and not NETWORK & found


def test_a_request_loads_them(home, tmp_path):
    """That the test above can fail."""
    with FaultProxy() as server:
        assert loaded([TOOL, "GET", server.url], home, tmp_path, tmp_path) >= NETWORK


@pytest.fixture
def alone(tmp_path):
    """tool(module=...) puts a copy of httptool into a folder where it finds this module, or none."""
    folder = tmp_path / "alone"
    folder.mkdir()
    shutil.copy(TOOL, folder / "httptool")

    def tool(module=None, cwd=None, **env):
        if module:
            shutil.copy(module, folder / "keylift-net.so")
        command = [folder / "httptool", "total-ms=500", "GET", f"http://127.0.0.1:{free_port()}/"]
        return subprocess.run(command, cwd=cwd or folder, input="", capture_output=True, text=True, timeout=HANG_S,
                              env=support.clean_env(tmp_path, **env))  # fmt: skip

    return tool


def test_a_missing_module_is_told(alone):
    done = alone()
    assert done.returncode == 2 and "network module is missing: there is no keylift-net.so in" in done.stderr


@pytest.mark.parametrize("change, reason", [
    ((b"libcurl.so.4", b"libabse.so.4"), "libabse.so.4: cannot open shared object file"),
    ((b"\x7fELF", b"text"), "invalid ELF header"),
])  # fmt: skip
def test_a_module_that_does_not_load_is_told(alone, tmp_path, change, reason):
    other = tmp_path / "other.so"
    other.write_bytes(MODULE.read_bytes().replace(*change))
    done = alone(other)
    assert done.returncode == 2 and reason in done.stderr
    assert "needs libcurl and OpenSSL (on Debian: libcurl4 and libssl3)" in done.stderr


def test_a_module_of_another_version_is_refused(alone, tmp_path):
    version = re.search(rb"keylift/(\d+\.\d+\.\d+)", MODULE.read_bytes())[1]
    other = tmp_path / "other.so"
    other.write_bytes(MODULE.read_bytes().replace(version + b"\0", b"9.9.9\0"))
    done = alone(other)
    assert done.returncode == 2 and "is of keylift 9.9.9, but this is" in done.stderr


def test_the_module_shows_one_function():
    if shutil.which("nm") is None:
        pytest.skip("no nm")
    shown = subprocess.run(["nm", "-D", "--defined-only", MODULE], capture_output=True, text=True, check=True).stdout
    assert [line.split()[-1] for line in shown.splitlines()] == ["keylift_net_module"]


def test_no_module_is_taken_from_the_working_folder_or_a_variable(alone, tmp_path):
    """The tree that is worked on must not choose who sees the secrets."""
    tree = tmp_path / "tree"
    (tree / "lib" / "keylift").mkdir(parents=True)
    for place in (tree, tree / "lib" / "keylift"):
        shutil.copy(MODULE, place / "keylift-net.so")
    done = alone(cwd=tree, LD_LIBRARY_PATH=str(tree), PATH=str(tree), PWD=str(tree))
    assert done.returncode == 2 and "network module is missing" in done.stderr


def test_the_module_beside_the_program_is_taken(alone):
    done = alone(MODULE)
    assert done.returncode == 0 and "Connection refused" in done.stdout, done.stderr
