"""--on-conflict: what happens when the vault has another value under a name."""

import json

import pytest

from support import made_password


@pytest.fixture
def taken(project):
    """A project whose .env has another value under the name that its one secret would get."""
    project.write("setup.py", "from setuptools import setup\nsetup(name='shop')\n")
    project.theirs, project.ours = made_password(), made_password()
    project.write(".env", f"PAY_PASSWORD={project.theirs}\n")
    project.write("pay.py", f'from dotenv import load_dotenv\nload_dotenv()\npay_password = "{project.ours}"\n')
    return project


def names(done):
    return {name["name"]: name for name in json.loads(done.stdout)["names"]}


def test_a_name_of_the_projects_own_file_is_avoided(keylift, taken):
    done = keylift("migrate", "--yes", ".", cwd=taken)
    assert done.returncode == 0 and "the vault has another value called PAY_PASSWORD" in done.stdout
    assert f"PAY_PASSWORD={taken.theirs}\n" in taken.read(".env")
    assert 'pay_password = os.environ["PROJECT_PAY_PASSWORD"]' in taken.read("pay.py")


def test_rename_shows_the_name_before_it_is_written(keylift, taken):
    done = keylift("plan", "--on-conflict", "rename", "--format", "json", cwd=taken)
    assert list(names(done)) == ["PROJECT_PAY_PASSWORD"]
    again = keylift("plan", "--on-conflict", "rename", "--format", "json", cwd=taken)
    assert names(again) == names(done)


@pytest.mark.parametrize("how, part", [("fail", "--on-conflict says"), ("version", "keeps no earlier values")])
def test_fail_leaves_the_literal_and_writes_nothing(keylift, taken, how, part):
    before = taken.files()
    done = keylift("migrate", "--yes", "--on-conflict", how, ".", cwd=taken)
    assert done.returncode == 1
    assert "PAY_PASSWORD: the vault has another value under this name" in done.stdout and part in done.stdout
    assert taken.files() == before


def test_reuse_reads_the_value_that_is_there(keylift, taken):
    done = keylift("migrate", "--yes", "--on-conflict", "reuse", ".", cwd=taken)
    assert done.returncode == 0 and "the vault's other value stands" in done.stdout
    assert 'pay_password = os.environ["PAY_PASSWORD"]' in taken.read("pay.py")
    assert taken.read(".env") == f"PAY_PASSWORD={taken.theirs}\n"
    assert taken.theirs not in done.stdout and taken.ours not in done.stdout
