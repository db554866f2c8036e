"""Real packages from PyPI keep passing their own tests after random literals of theirs have moved to .env, and
to Secrets Manager.

Three packages of the benchmark (bench/packages runs all hundred); which literals is random, and the seed is
printed, so that a failure can be seen again with bench/packages --seed.
"""

import json
import subprocess
import sys

import pytest

from support import BINARY, BUILD, ROOT, SEED

PACKAGES = ("itsdangerous", "humanize", "uritemplate")


@pytest.mark.slow
def test_packages_pass_their_own_tests_after_a_migration(tmp_path):
    seed = SEED or 1
    run = subprocess.run(
        [sys.executable, ROOT / "bench" / "packages", "--keylift", BINARY, "--only", ",".join(PACKAGES),
         "--seed", str(seed), "--work", BUILD / "packages-bench"],
        capture_output=True, text=True, timeout=1800, check=False)
    print(run.stdout, run.stderr)
    assert run.returncode == 0
    found = json.loads((BUILD / "packages-bench" / "results.json").read_text())["packages"]
    assert sorted(one["package"] for one in found) == sorted(PACKAGES)
    for one in found:
        assert one["tests"] > 50
        assert all(way["moved"] > 10 and way["changed"] == 0 and "problem" not in way for way in one["ways"].values())
        assert sorted(one["ways"]) == ["aws", "dotenv"]
