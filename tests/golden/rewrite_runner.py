"""Runs the rewritten files of many cases in one process of one Python, for test_rewrite_golden.py.

    python rewrite_runner.py FOLDER < jobs.json > results.json

A job is {"case", "before", "after", "environment", "environment_before"}: two source files, and the
variables that each of them has (the first one none, unless it says so). The result is,
for each case, what the two did: "does not compile", the exception's type, or the module's globals.
Written for Python 3.8 and later.
"""

import json
import os
import sys
import warnings

PLAIN = (str, bytes, int, float, bool, type(None), list, tuple, dict, set, frozenset)


def plain(value):
    return isinstance(value, PLAIN)


def visible(namespace):
    found = {}
    for name, value in namespace.items():
        if plain(value) and not name.startswith("__") and value is not os.environ:
            found[name] = repr(sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value)
    return found


def outcome(path, environment):
    with open(path, "rb") as f:
        source = f.read()
    try:
        code = compile(source, path, "exec")
    except (SyntaxError, ValueError) as e:
        return {"compiles": False, "error": type(e).__name__}
    saved = dict(os.environ)
    os.environ.update(environment)
    namespace = {"__name__": "rewritten", "__file__": path}
    sys.path.insert(0, os.path.dirname(path))
    try:
        exec(code, namespace)
    except Exception as e:
        # What the module raises is a KeyError, and decouple's own error for a name that nothing has.
        missing = isinstance(e, KeyError) or type(e).__name__ == "UndefinedValueError"
        raised = "KeyError" if missing else type(e).__name__
        return {"compiles": True, "raised": raised, "message": repr(e)}
    finally:
        sys.path.pop(0)
        for name in ("env_secrets", "vault_secrets", "shop", "shop.env_secrets", "shop.vault_secrets"):
            sys.modules.pop(name, None)
        os.environ.clear()
        os.environ.update(saved)
    return {"compiles": True, "globals": visible(namespace)}


def main():
    warnings.simplefilter("ignore")
    results = {}
    for job in json.load(sys.stdin):
        before = outcome(job["before"], job.get("environment_before", {}))
        after = outcome(job["after"], job["environment"])
        results[job["case"]] = [before, after]
    json.dump(results, sys.stdout)


main()
