"""How many instructions a scan takes, against what is written down (scripts/instructions)."""

import hashlib
import importlib.machinery
import importlib.util
import subprocess
import sys

import pytest

import support

SCRIPT = support.ROOT / "scripts/instructions"


def load():
    loader = importlib.machinery.SourceFileLoader("instructions", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("instructions", loader))
    loader.exec_module(module)
    return module


@pytest.mark.slow
def test_no_scan_takes_more_instructions_than_it_did(release):
    support.needs_program("valgrind")
    done = subprocess.run([sys.executable, SCRIPT, release], capture_output=True, text=True, timeout=300)
    if done.returncode == 2 and "nothing can be compared" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("change, same", [(0.0, True), (0.029, True), (-0.029, True), (0.05, False), (-0.05, False)])
def test_a_count_may_be_off_by_three_per_cent_either_way(change, same):
    kept = {"a.py": 1_000_000, "b.py": 2_000_000}
    lines, found = load().compare({**kept, "b.py": round(2_000_000 * (1 + change))}, kept)
    assert found is same and ("<-" in lines[1]) is not same and "<-" not in lines[0]


def test_an_input_that_is_new_or_gone_is_not_as_it_was():
    compare = load().compare
    assert not compare({"a.py": 1, "b.py": 1}, {"a.py": 1})[1] and not compare({"a.py": 1}, {"a.py": 1, "b.py": 1})[1]


def test_the_inputs_are_the_same_bytes_everywhere():
    """The counts are of these. Whoever changes an input counts anew, and writes its digest here."""
    digest = hashlib.sha256("".join(load().inputs().values()).encode()).hexdigest()
    assert digest == "bec379ddd333c5bce4a36d23737ffe4c6b46b026dbdfd64e8bc5c1938637f353"
