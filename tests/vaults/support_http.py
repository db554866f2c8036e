"""tests/tools/httptool: keylift's HTTP as the vaults use it, driven from Python.

    answer = http("GET", url, ca=authority.ca_file)        {"status": 200, ...} or {"error": "network", ...}
"""

import json
import os
import subprocess
from pathlib import Path

import support

# KEYLIFT_TOOLS: the folder of another httptool, with a network module of its own.
TOOL = Path(os.environ.get("KEYLIFT_TOOLS", support.BINARY.parent / "tests" / "tools")) / "httptool"
# Every call has a deadline that is far shorter than this, which means that it hangs.
HANG_S = 20
DEADLINE_MS = 2000


def http_all(home, method, url, *headers, body=b"", env=None, **settings):
    """(answers, trace): one answer a request."""
    settings = {"total-ms": DEADLINE_MS, **{name.replace("_", "-"): value for name, value in settings.items()}}
    words = [f"{name}={value}" for name, value in settings.items() if value is not None]
    done = subprocess.run(
        [TOOL, "trace=1", *words, method, url, *headers], input=body, capture_output=True, timeout=HANG_S,
        env=support.clean_env(home, **(env or {})),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


def http_one(home, *args, **settings):
    [answer], _ = http_all(home, *args, **settings)
    return answer
