"""What helpers for keylift share: the protocol of docs/vaults/exec.md, version 1, around a store.

A helper is a program beside this file:

    from keylift_helper import Store, serve

    class Mine(Store):
        def get(self, name): ...
        def set(self, name, value): ...

    serve(Mine())
"""

import fcntl
import json
import os
import sys

PROTOCOL = 1


class Problem(Exception):
    """Ends the call with one of the protocol's status words, and a message for a person."""

    def __init__(self, status, message=""):
        super().__init__(message)
        self.status = status


class Store:
    """Values by name. Methods that a helper does not define answer "unsupported"."""

    def get(self, name):
        """The value as str; None if there is none."""
        raise Problem("unsupported")

    def set(self, name, value):
        """Stores, and replaces what was there."""
        raise Problem("unsupported")

    def names(self):
        raise Problem("unsupported")

    def check(self):
        """Lines for a person: whose store is it, and can it be used."""
        return []

    def python(self):
        """How code reads; None for os.environ."""
        return None


def exclusive():
    """Held until the program ends: two runs at once must not both find a name absent."""
    folder = os.environ.get("XDG_RUNTIME_DIR") or os.environ.get("TMPDIR") or "/tmp"
    path = os.path.join(folder, "keylift-helper-%d.lock" % os.getuid())
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)


def answer(store, request):
    operation, name, value = request["operation"], request.get("name"), request.get("value")
    if operation == "get":
        value = store.get(name)
        return {"status": "not-found"} if value is None else {"status": "ok", "value": value}
    if operation in ("put", "add-version"):
        exclusive()
        held = store.get(name)
        if operation == "put" and held is not None:
            return {"status": "conflict"}
        if operation == "add-version" and held is None:
            return {"status": "not-found"}
        store.set(name, value)
        return {"status": "ok"}
    if operation == "list":
        return {"status": "ok", "names": sorted(store.names())}
    if operation == "check":
        return {"status": "ok", "lines": store.check()}
    if operation == "python":
        return {"status": "ok", "python": store.python()}
    return {"status": "unsupported"}


def serve(store):
    request = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    try:
        if request.get("keylift") != PROTOCOL:
            raise Problem("unsupported", "this helper speaks version %d of the protocol" % PROTOCOL)
        reply = answer(store, request)
    except Problem as problem:
        reply = {"status": problem.status, "message": str(problem)}
    reply["keylift"] = PROTOCOL
    sys.stdout.buffer.write(json.dumps(reply).encode("ascii"))
