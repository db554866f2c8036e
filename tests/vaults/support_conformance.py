"""Runs the conformance suite (tests/conformance, in C) for one vault that needs a server.

    conformance("aws", env, endpoint=server.url, aws_region="us-east-1", foreign="made-by-others")

`env` holds the credentials. `foreign` is the stored name of a secret with the value "foreign-value" that
the test made with the provider's own SDK, without keylift's tag. Every case has run and passed when this
returns; a case that was left out is a failure.
"""

import re
import subprocess

import support

PROGRAM = support.BINARY.parent / "tests" / "conformance" / "test_vaults"
PASSED = re.compile(r"^\[       OK \] (\w+)$", re.M)


def cases(vault):
    listed = subprocess.run([PROGRAM, vault, "names"], check=True, stdout=subprocess.PIPE, text=True, timeout=60)
    return listed.stdout.split()


def conformance(vault, env, timeout=600, **options):
    options = {key: str(value) for key, value in options.items() if value is not None}
    assert not any(";" in value for value in options.values())
    text = ";".join(f"{key}={value}" for key, value in options.items())
    done = subprocess.run(
        [PROGRAM, vault], env={**env, f"KEYLIFT_CONFORMANCE_{vault.upper()}": text}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=timeout,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert sorted(PASSED.findall(done.stdout)) == sorted(cases(vault)), done.stdout
