"""keylift with a library in front of the calls that change a file or send something, which kills it at one of
them, has some of them fail, or writes all of them down: see tests/tools/calls.h."""

import errno
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import support

SHIM = Path(os.environ.get("KEYLIFT_CALLSHIM", support.BINARY.parent / "tests" / "tools" / "callshim.so"))
MOST = 2000  # moments of one run


def run(project, moment, *words, more={}):
    """keylift WORDS in the project, killed at `moment`; never when that is negative or does not come."""
    assert SHIM.exists(), f"{SHIM} is not built; ./test builds it, or set KEYLIFT_CALLSHIM"
    sanitizer = "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")
    env = support.clean_env(project.home, KEYLIFT_KILL_AT=str(moment), LD_PRELOAD=str(SHIM), ASAN_OPTIONS=sanitizer,
                            **more)  # fmt: skip
    return subprocess.run([str(support.BINARY), *words], cwd=project.path, env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300)  # fmt: skip


class Call(NamedTuple):
    name: str
    failed: bool
    path: str
    other: str  # where a rename leads
    detail: str  # what was appended to a journal; the operation of a request to AWS


def watched(project, *words, fail=None, more={}):
    """(what `run` gives, the calls in their order). `fail` = (number, errno, whether it lasts, a call's name or
    None): that one of the calls (of the name) that can end so does, and all later ones where it lasts."""
    log = project.home / "calls"
    log.unlink(missing_ok=True)
    env = {"KEYLIFT_CALLS_TO": str(log), **more}
    if fail:
        number, error, lasts, only = fail
        env.update(KEYLIFT_FAIL_AT=str(number), KEYLIFT_FAIL_WITH=str(int(error)), KEYLIFT_FAIL_LASTS=str(int(lasts)),
                   KEYLIFT_FAIL_ONLY=only)  # fmt: skip
    done = run(project, -1, *words, more=env)
    calls = []
    for line in log.read_text().split("\n")[:-1] if log.exists() else []:
        name, result, path, other, detail = line.split("\t", 4)
        calls.append(Call(name, result == "failed", path, other, detail))
    return done, calls
