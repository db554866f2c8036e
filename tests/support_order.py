"""The order of writes, syncs, renames and requests of a run, held against what must be on disk before what.
A loss of power at any moment leaves what was synced, and of the rest anything."""

import json
import os


def check_order(calls, vault_file=None):
    """Fails at the first call (support_calls.Call) that comes too early. {what was seen: how often}."""
    order = _Order(vault_file)
    for call in calls:
        if not call.failed:
            getattr(order, call.name, order.other)(call)
    assert not order.dirty and not order.moved, "the run ended with something that is not synced"
    assert order.steps()[-1] == "finish"
    return order.seen


class _Order:
    def __init__(self, vault_file):
        self.vault_file = vault_file
        self.dirty = set()  # files and folders with something that a loss of power could take
        self.moved = set()  # folders with a new name in them, the same
        self.written, self.synced = [], []  # records of the journal
        self.seen = {"source": 0, "vault": 0, "request": 0, "folder": 0}

    def steps(self):
        return [record["step"] for record in self.synced]

    def other(self, call):
        assert call.name in ("ftruncate", "unlink", "link", "fdatasync"), call.name

    def mkdir(self, call):
        self.seen["folder"] += 1
        self.moved.add(os.path.dirname(call.path))

    def open(self, call):
        name = os.path.basename(call.path)
        if name.startswith(".keylift-") and "/keylift/runs/" not in call.path:
            temps = [file.get("temp") for record in self.synced for file in record.get("files", [])]
            assert call.path in temps, f"{name} is made before the journal that names it is synced"

    def write(self, call):
        if call.path.startswith("/"):
            self.dirty.add(call.path)
        if call.path.endswith(".jsonl"):
            self.written += [json.loads(line) for line in call.detail.split("\x1e") if line]

    def fchmod(self, call):
        self.dirty.add(call.path)

    def fsync(self, call):
        self.dirty.discard(call.path)
        self.moved.discard(call.path)
        if call.path.endswith(".jsonl"):
            self.synced += self.written
            self.written = []

    def send(self, call):
        if not call.detail.endswith(".CreateSecret"):
            return
        self.seen["request"] += 1
        assert self.steps().count("put") >= self.seen["request"], "a value is sent before the journal says so"

    def rename(self, call):
        name = os.path.basename(call.other)
        assert call.path not in self.dirty, f"the new {name} is not synced"
        assert not self.moved, f"{name} is replaced before the folder of what was replaced before is synced"
        self.moved.add(os.path.dirname(call.other))
        if call.other.endswith(".jsonl"):
            return
        assert not self.written, f"{name} is replaced before the journal is synced"
        if call.other == self.vault_file:
            self.seen["vault"] += 1
            assert "put" in self.steps(), "the vault is written before the journal says so"
        else:
            self._source(call, name)

    def _source(self, call, name):
        assert not self.dirty, f"{name} is replaced before all new files are synced"
        steps = self.steps()
        last = max(i for i, record in enumerate(self.synced) if record["step"] == "prepare")
        assert call.other in [file["path"] for file in self.synced[last]["files"]], f"{name} was not announced"
        assert "commit" in steps[last:], f"{name} is replaced before the journal says that renames begin"
        if name == ".gitignore":
            assert "put" not in steps, "git could pick the vault's file up"
            return
        self.seen["source"] += 1
        assert steps.count("stored") == steps.count("put") > 0, f"{name} is replaced before all values are stored"
        assert self.seen["vault"] or self.seen["request"], f"{name} is replaced before the vault is written"
