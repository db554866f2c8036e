"""What repeats the command line is made from its table, and in step with it."""

import os
import subprocess
import sys

import pytest

import support


def test_the_manual_page_completions_and_keys_are_in_step(keylift):
    env = dict(os.environ, KEYLIFT_BIN=keylift.binary)
    done = subprocess.run([sys.executable, support.ROOT / "scripts/cli-docs", "--check"], env=env, text=True,
                          stderr=subprocess.PIPE, timeout=60)  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "tool, args",
    [
        ("mandoc", ["-T", "lint", "cli/man/keylift.1"]),
        ("bash", ["-n", "cli/completions/keylift.bash"]),
        ("zsh", ["-n", "cli/completions/_keylift"]),
        ("fish", ["-n", "cli/completions/keylift.fish"]),
    ],
)
def test_its_reader_accepts_it(tool, args):
    support.needs_program(tool)
    done = subprocess.run([tool, *args], cwd=support.ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout == "" and done.stderr == ""


@pytest.mark.parametrize(
    "line, expected",
    [("keylift sc", "scan"), ("keylift scan --sta", "--staged"), ("keylift scan --fail-on m", "medium"),
     ("keylift rules sh", "show"), ("keylift --ver", "--version")],
)  # fmt: skip
def test_bash_completes(line, expected):
    support.needs_program("bash")
    words = line.split(" ")
    script = (f"source {support.ROOT}/cli/completions/keylift.bash; COMP_WORDS=({line}); "
              f"COMP_CWORD={len(words) - 1}; _keylift; printf '%s\\n' \"${{COMPREPLY[@]}}\"")  # fmt: skip
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert expected in done.stdout.split()


@pytest.mark.parametrize("line, expected", [("keylift sc", "scan"), ("keylift scan --fail-on ", "medium"), ("keylift scan --stag", "--staged")])
def test_fish_completes(line, expected):
    support.needs_program("fish")
    script = f"source {support.ROOT}/cli/completions/keylift.fish; complete -C '{line}'"
    done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, timeout=60)
    assert expected in [candidate.split("\t")[0] for candidate in done.stdout.splitlines()]
