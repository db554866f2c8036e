"""What the tests of the rewriter share: tests/tools/rewritetool, and running what it made."""

import json
import os
import subprocess

import support

TOOL = support.BINARY.parent / "tests" / "tools" / "rewritetool"


def rewrite(path, sites, vault="environ"):
    command = [TOOL, "--vault", vault, "--path", "app.py", path, *sites]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    report["new"] = bytes.fromhex(report["new"])
    return report


def run(source, environment):
    saved = dict(os.environ)
    os.environ.update(environment)
    namespace = {"__name__": "generated"}
    try:
        exec(compile(source, "app.py", "exec"), namespace)
    except Exception as e:
        return type(e).__name__, str(e)
    finally:
        os.environ.clear()
        os.environ.update(saved)
    return {k: repr(v) for k, v in namespace.items()
            if isinstance(v, (str, bytes, int, tuple, list, dict)) and not k.startswith("__")}  # fmt: skip


def parses(source):
    try:
        compile(source, "app.py", "exec")
    except (SyntaxError, ValueError):
        return False
    return True
