"""keylift, killed at one of the calls that change a file or send something: see tests/tools/kill_calls.h."""

import os
import subprocess
from pathlib import Path

import support

SHIM = Path(os.environ.get("KEYLIFT_KILLSHIM", support.BINARY.parent / "tests" / "tools" / "killshim.so"))
MOST = 2000  # moments of one run


def run(project, moment, *words, more={}):
    """keylift WORDS in the project, killed at `moment`; never when that is negative or does not come."""
    assert SHIM.exists(), f"{SHIM} is not built; ./test builds it, or set KEYLIFT_KILLSHIM"
    sanitizer = "verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")
    env = support.clean_env(project.home, KEYLIFT_KILL_AT=str(moment), LD_PRELOAD=str(SHIM), ASAN_OPTIONS=sanitizer,
                            **more)  # fmt: skip
    return subprocess.run([str(support.BINARY), *words], cwd=project.path, env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300)  # fmt: skip
