"""keylift on a disk that is full, breaks, or may not be written: at each call that this can happen to, no secret
is lost and no file half-written, the message says which file it is and what to do, and once the fault is gone
`resume` (or the same command) ends as the undisturbed run and `undo` takes it back. Every fourth call, from a
place that depends on the seed, and every write; all of them in a soak."""

import errno
import json
import os
import re
import shutil

import pytest

import support
from e2e.support_shop import check_no_secret_is_lost, migrate, resume, undo, without_temps, world  # noqa: F401
from support_calls import MOST, watched

STEP = 4 if support.TIMES == 1 else 1

# (errno, whether it lasts until the end of the run, which calls). A write to a full disk writes a half first.
FAULTS = {
    "the disk is full": (errno.ENOSPC, True, None),
    "the disk is full for a moment": (errno.ENOSPC, False, "write"),
    "an error of the device": (errno.EIO, False, None),
    "rights are lost": (errno.EACCES, True, None),
    "the file system becomes read-only": (errno.EROFS, True, None),
}


def numbers(fault, step, step_of_writes=1):
    """Which of its calls fail, a run each: every `step`-th; of the few that are writes, more."""
    step = min(step, step_of_writes) if FAULTS[fault][2] else step
    return range((support.SEED + 2 * list(FAULTS).index(fault)) % step, MOST, step)


def meant(calls):
    """{the part of a temporary file's name that stands for its target: the target's name}"""
    return {temp_of(call.path): os.path.basename(call.other) for call in calls if call.name == "rename"}


def temp_of(path):
    found = re.fullmatch(r"\.keylift-.*-([0-9a-f]{16})\.tmp", os.path.basename(path))
    return found and found[1]


def check_message(done, failed, targets):
    """It names a file that failed (a journal or a lock by its folder), why, and what to do."""
    names = {targets.get(temp_of(call.path), os.path.basename(call.other or call.path)) for call in failed}
    names = {"keylift/runs/" if name.endswith((".jsonl", ".tmp")) else name for name in names}
    text = done.stdout + done.stderr
    why = [line for line in text.splitlines() if re.search("No space left|Input/output error|Permission denied|Read-only file system", line)]
    assert any(name in line for name in names for line in why), (names, text)
    assert "goes on from here" in text, text


def check_journals(project, where):
    """Only the last line of a journal may be cut off."""
    for path in (project / ".git/keylift/runs").glob("*.jsonl"):
        for line in path.read_text().split("\n")[:-1]:
            assert json.loads(line)["step"], where


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_disk_loses_nothing(world, fault):  # noqa: F811
    fresh, values, finished = world
    original = fresh("original").files()
    whole, calls = watched(fresh("watched"), "migrate", "--yes", ".")
    assert whole.returncode == 0
    targets, stopped, resumed = meant(calls), 0, 0
    for number in numbers(fault, STEP):
        project = fresh(f"at{number}")
        done, calls = watched(project, "migrate", "--yes", ".", fail=(number, *FAULTS[fault]))
        failed = [call for call in calls if call.failed]
        if not failed:
            assert done.returncode == 0, done.stdout + done.stderr
            break
        where = f"{fault}, call {number}: {failed[0].name} {failed[0].path}"
        assert not any(value in done.stdout + done.stderr for value in values), where
        check_no_secret_is_lost(project, values, where)
        check_journals(project, where)
        for name, content in without_temps(project).items():
            assert content in (original.get(name), finished.get(name)), f"{where}: {name} is half-written"
        if done.returncode == 0:  # the process id in a lock is for messages alone
            assert failed[0].name == "ftruncate" and project.files() == finished, where
        else:
            assert done.returncode == 2, where
            check_message(done, failed, targets)
            stopped += 1
            if resume(project, where, original, finished):
                resumed += 1
            else:
                again = migrate(project, -1)
                assert again.returncode == 0, f"{where}: {again.stdout}{again.stderr}"
        assert project.files() == finished, where
        undo(project, where, original)
        shutil.rmtree(project.path)
    assert stopped > 10 and resumed > 6


@pytest.mark.slow
def test_a_file_that_was_replaced_counts_though_its_folder_could_not_be_synced(world):  # noqa: F811
    """It has its new name: what the run says that it did holds it, and so does undo."""
    fresh, values, finished = world
    whole, calls = watched(fresh("watched"), "migrate", "--yes", ".")
    names = ("shop/pay.py", "shop/mail.py", "main.py")
    syncs = [i for i, call in enumerate(calls) if call.name == "fsync"]
    [first, *_] = [i for i, call in enumerate(calls) if call.name == "rename" and call.other.endswith(".py")
                   and any(call.other.endswith("/" + name) for name in names)]  # fmt: skip
    number = next(n for n, i in enumerate(syncs) if i > first)
    project = fresh("failed")
    done, calls = watched(project, "migrate", "--yes", ".", fail=(number, errno.EIO, False, "fsync"))
    [failed] = [call for call in calls if call.failed]
    [renamed] = [call.other for call in calls if call.name == "rename" and not call.failed
                 and any(call.other.endswith("/" + name) for name in names)]  # fmt: skip
    assert failed.path == os.path.dirname(renamed) and done.returncode == 2
    rewritten = [name for name in names if project.files()[name] == finished[name]]
    assert [str(project / name) for name in rewritten] == [renamed]
    assert "Stopped. 1 file was rewritten." in done.stdout + done.stderr, done.stdout + done.stderr
    check_no_secret_is_lost(project, values, "fsync")
    assert resume(project, "fsync", fresh("original").files(), finished) and project.files() == finished


@pytest.mark.parametrize("shut", [".", "shop", ".git/keylift/runs"])
def test_a_folder_that_may_not_be_written_is_named_and_nothing_is_lost(unprivileged, shut):
    keylift, project = unprivileged
    values = {"shop/pay.py": support.made("", 40), "main.py": support.made_password()}
    project.write("shop/__init__.py", "")
    project.write("shop/pay.py", f'API_KEY = "{values["shop/pay.py"]}"\n')
    project.write("main.py", f'import shop.pay\n\nDB_PASSWORD = "{values["main.py"]}"\n')
    project.write(".env", "")
    (project / ".git/keylift/runs").mkdir(parents=True)
    (project / ".git/HEAD").write_text("ref: refs/heads/main\n")
    for name in (".git/objects", ".git/refs"):
        (project / name).mkdir()
    for folder, _, names in os.walk(project):
        for path in [folder, *(os.path.join(folder, name) for name in names)]:
            os.chown(path, keylift.user if keylift.user is not None else -1, -1)
            os.chmod(path, 0o700 if os.path.isdir(path) else 0o600)
    (project / shut).chmod(0o500)
    before = project.files()
    done = keylift("migrate", "--yes", ".", cwd=project)
    assert done.returncode == 2 and "Permission denied" in done.stdout + done.stderr, done.stdout + done.stderr
    assert "goes on from here" in done.stdout + done.stderr
    now = project.files()
    for name, value in values.items():
        assert value in now[name].decode() or value in now[".env"].decode()
    assert {name for name in now if name.endswith(".py") and now[name] != before[name]} == set()
    (project / shut).chmod(0o700)
    done = keylift("migrate", "--yes", ".", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    now = project.files()
    assert not any(".keylift-" in name for name in now)
    for name, value in values.items():
        assert value not in now[name].decode() and value in now[".env"].decode()
