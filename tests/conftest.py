"""The fixtures of every test that drives the binary (KEYLIFT_BIN, else the dev build)."""

import itertools
import os
import pwd
import shutil
import tempfile
from pathlib import Path

import hypothesis
import hypothesis.configuration
import hypothesis.database
import pytest

import support

# Everything that the tests leave lies in the build folder.
hypothesis.configuration.set_hypothesis_home_dir(support.BUILD / "hypothesis-home")

# Examples of hypothesis are chosen as support.chance() is: the same in every run, unless a seed is given.
_GIVEN = bool(support.SEED)
_STORE = hypothesis.database.DirectoryBasedExampleDatabase(support.BUILD / "hypothesis") if _GIVEN else None
hypothesis.settings.register_profile("keylift", deadline=None, database=_STORE, derandomize=not _GIVEN, print_blob=True)
hypothesis.settings.load_profile("keylift")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if _GIVEN:
        config.option.hypothesis_seed = support.SEED
    support.pythons()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    """What pytest compiles of the tests it keeps in the build folder; what they run in turn keeps nothing."""
    os.environ.pop("PYTHONPYCACHEPREFIX", None)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Files with slow tests begin the run, on all workers, so that none of them is what everybody waits for in the
    end. xdist gives each worker an equal part of the list to begin with, and takes from the end of a part when another
    worker has nothing left ("worksteal")."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    files = sorted(slow, key=lambda path: (path.parent.name != "e2e", path))
    parts = [[item for path in files[worker::workers] for item in items if item.path == path] for worker in range(workers)]
    others = [item for item in items if item.path not in slow]
    for worker, part in enumerate(parts):
        room = (len(items) - sum(map(len, parts[:worker]))) // (workers - worker) - len(part)
        part += others[: max(0, room)]
        del others[: max(0, room)]
    items[:] = itertools.chain(*parts, others)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    support.test_begins(item.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """Where nothing may be skipped (KEYLIFT_TEST_SKIPS=fail, in the full run), a skip ends the run with 1."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("KEYLIFT_TEST_SKIPS") == "fail" and reporter and reporter.stats.get("skipped"):
        reporter.write_line("Skipped tests, where nothing may be skipped: they count as failures.")
        session.exitstatus = session.exitstatus or 1


def pytest_terminal_summary(terminalreporter, exitstatus):
    if exitstatus and (_GIVEN or support.TIMES != 1):
        again = f"KEYLIFT_TEST_SEED={support.SEED} KEYLIFT_TEST_TIMES={support.TIMES}"
        terminalreporter.write_line(f"The same examples again: {again} in the environment.")


@pytest.fixture
def home(tmp_path):
    """An empty HOME."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def keylift(home):
    """Runs the binary: keylift("scan", ".", cwd=project) -> CompletedProcess."""
    assert support.BINARY.exists(), f"{support.BINARY} is not built; ./test builds it, or set KEYLIFT_BIN"
    return support.Keylift(home)


@pytest.fixture
def project(tmp_path, home):
    """An empty folder to put files into; project.git_init() makes it a repository."""
    folder = tmp_path / "project"
    folder.mkdir()
    return support.Project(folder, home)


@pytest.fixture
def unprivileged():
    """(keylift, project) for what root may do and others may not: root runs the binary as nobody, from a
    folder that nobody can enter, which pytest's own are not."""
    root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="keylift-test-"))
    for name in ("home", "project"):
        (folder / name).mkdir()
    binary = shutil.copy(support.BINARY, folder / "keylift")
    if root:
        for path in (folder, folder / "home", folder / "project"):
            path.chmod(0o755)
    try:
        runner = support.Keylift(folder / "home", binary, pwd.getpwnam("nobody").pw_uid if root else None)
        yield runner, support.Project(folder / "project", folder / "home")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def newest_python():
    """The path of the newest CPython of this machine; its version is in support.newest_python()."""
    return support.newest_python()[1]
