"""The tests' own tools must not lie."""

import subprocess
import sys

import pytest

import support


def test_the_environment_is_scrubbed(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "prod")
    env = support.clean_env(tmp_path, MORE="1", LANG=None)
    assert "AWS_PROFILE" not in env and "LANG" not in env
    assert env["HOME"] == str(tmp_path) and env["MORE"] == "1"


def test_made_values_are_new_unless_seeded():
    assert support.made_stripe_key() != support.made_stripe_key()
    assert support.made_stripe_key(seed=1) == support.made_stripe_key(seed=1)
    assert len(support.made_aws_id()) == 20


def test_a_project_tells_what_it_holds(project):
    project.write("a/b.py", "x = 1\r\n")
    project.git_init().commit()
    assert project.files() == {"a/b.py": b"x = 1\r\n"}
    assert project.git("ls-files").split() == ["a/b.py"]
    assert project.python("-c", "import os; print(os.getcwd())").stdout.strip() == str(project.path)


def test_the_newest_python_runs(project):
    version, path = support.newest_python()
    assert version >= (3, 11)
    shown = project.python("-c", "import sys; print(sys.version_info[:2])", python=str(path))
    assert shown.stdout.strip() == str(tuple(version))


def test_what_is_drawn_depends_on_the_seed_and_the_test_alone(monkeypatch):
    def drawn(test, seed=0):
        monkeypatch.setattr(support, "SEED", seed)
        support.test_begins(test)
        return [support.made(), support.made()]

    first, second = drawn("a")
    assert first != second and drawn("a") == [first, second]
    assert drawn("b")[0] != first and drawn("a", seed=1)[0] != first


@pytest.mark.slow
def test_where_nothing_may_be_skipped_a_skip_is_a_failure(tmp_path, home):
    """With no fish in PATH, the tests of its completions skip."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "fish_completes", "tests/cli/test_docs.py"]

    def status(**more):
        env = support.clean_env(home, PATH=str(tmp_path), KEYLIFT_BUILD=str(support.BUILD), **more)
        return subprocess.run(command, cwd=support.ROOT, env=env, stdout=subprocess.DEVNULL, timeout=120).returncode

    assert status() == 0
    assert status(KEYLIFT_TEST_SKIPS="fail") == 1
