"""The packages that rewritten code needs: each file that lists a project's packages is read by the program that it is
for, before and after: the same and the new one."""

import json
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pip._internal.network.session import PipSession
from pip._internal.req.req_file import parse_requirements
from poetry.core.factory import Factory

from support import made_aws_id, made_password, some_thorough

NEEDED = "python-dotenv>=1.0.1"
pytestmark = pytest.mark.filterwarnings("ignore:pkg_resources is deprecated")  # pip's own use of it


@pytest.fixture
def script(project):
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\nprint(shop_key)\n')
    return project


def said(run):
    return run.stdout + run.stderr


def migrate(keylift, script, *more, status=0):
    run = keylift("migrate", "--yes", *more, ".", cwd=script)
    assert run.returncode == status, said(run)
    return run


SETUPTOOLS = """
import json, os, sys
os.chdir(os.path.dirname(sys.argv[1]))
from setuptools.config.setupcfg import read_configuration
print(json.dumps(read_configuration(sys.argv[1], ignore_option_errors=True)["options"].get("install_requires", [])))
"""


def read_by(program, path):
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program, str(path)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])


def by_pip(path):
    return [requirement.requirement for requirement in parse_requirements(str(path), PipSession())]


def by_poetry(path):
    package = Factory().create_poetry(path.parent).package
    return sorted(dependency.to_pep_508() for dependency in package.requires)


def by_setuptools(path):
    return read_by(SETUPTOOLS, path)


def by_tomllib(path):
    return tomllib.loads(path.read_text())["project"]["dependencies"]


def by_pipfile(path):
    return [name + (str(spec) if spec != "*" else "") for name, spec in tomllib.loads(path.read_text())["packages"].items()]


POETRY_HEAD = '[tool.poetry]\nname = "shop"\nversion = "1"\ndescription = ""\nauthors = []\n\n'
# name, text, the reader that it is for
FILES = {
    "plain": ("requirements.txt", "flask==2.0\nrequests\n", by_pip),
    "no line end": ("requirements.txt", "flask==2.0\nrequests", by_pip),
    "windows": ("requirements.txt", "# ours\r\nflask==2.0 \\\r\n  ; python_version > '3'\r\n\r\n", by_pip),
    "options": ("requirements.txt", "--index-url https://host.invalid/simple\nflask # web\n-c limits.txt\n", by_pip),
    "empty": ("requirements.txt", "", by_pip),
    "bom": ("requirements.txt", "\ufeffflask\n", by_pip),
    "in": ("requirements.in", "flask\n", by_pip),
    "folder": ("requirements/base.txt", "flask\n", by_pip),
    "array in one line": ("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = ["flask", "a[b]; os_name == \']\'"] # why\n', by_tomllib),
    "array of lines": ("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = [\n  "flask", # web\n  "requests" # http\n]\n\n[tool.x]\ndependencies = []\n', by_tomllib),
    "array of lines, comma": ("pyproject.toml", '[project]\r\nname = "x"\r\nversion = "1"\r\ndependencies = [\r\n\t\'flask\',\r\n\t# last\r\n]\r\n', by_tomllib),
    "empty array": ("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = [\n    # none\n]\n', by_tomllib),
    "poetry": ("pyproject.toml", POETRY_HEAD + '[tool.poetry.dependencies]\npython = "^3.8"\nflask = "^2" # web\n\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n', by_poetry),
    "pipfile": ("Pipfile", '[[source]]\nurl = "https://host.invalid/simple"\nname = "x"\n\n[packages]\nflask = "*"\n\n[dev-packages]\n', by_pipfile),
    "setup.cfg": ("setup.cfg", "[metadata]\nname = x\n\n[options]\ninstall_requires =\n    flask>=2\n    # http\n    requests\n\n[options.extras_require]\nx = y\n", by_setuptools),
    "setup.cfg, one line": ("setup.cfg", "[options]\ninstall_requires = flask>=2\nzip_safe = no\n", by_setuptools),
}  # fmt: skip


@pytest.mark.parametrize("case", some_thorough(FILES, 6))
def test_a_list_gains_the_package_and_says_the_same_besides(keylift, script, case):
    name, text, read = FILES[case]
    path = script.write(name, text)
    script.write("limits.txt", "flask<3\n")
    before = read(path)
    run = migrate(keylift, script)
    after = read(path)
    added = [entry for entry in after if entry not in before]
    assert [entry for entry in after if entry in before] == before
    assert [canonicalize_name(Requirement(entry).name) for entry in added] == ["python-dotenv"]
    assert str(Requirement(added[0]).specifier) == ">=1.0.1"
    assert f"{name} gained {NEEDED}" in run.stdout
    assert_only_inserted(text.encode(), path.read_bytes())
    # and a second run has nothing to add
    now = path.read_bytes()
    migrate(keylift, script)
    assert path.read_bytes() == now


def assert_only_inserted(old, new):
    rest = iter(new)
    assert all(byte in rest for byte in old)


@pytest.mark.parametrize("case", some_thorough(FILES, 6))
def test_undo_takes_the_lines_back(keylift, script, case):
    name, text, _ = FILES[case]
    path = script.write(name, text)
    migrate(keylift, script)
    assert path.read_bytes() != text.encode()
    run = keylift("undo", "--yes", cwd=script)
    assert run.returncode == 0, said(run)
    assert path.read_bytes() == text.encode()


@pytest.mark.parametrize("text", ["Python_Dotenv==1.0.1\n", "python-dotenv[cli]\n", "python.dotenv>=0.5 # old name\n",
                                  "-r more/base.txt\n", "git+https://host.invalid/python-dotenv#egg=python-dotenv\n",
                                  "python-dotenv @ https://host.invalid/python_dotenv-1.0.1-py3-none-any.whl\n"])  # fmt: skip
def test_a_package_that_is_there_is_not_added(keylift, script, text):
    script.write("requirements.txt", text)
    script.write("more/base.txt", "-r ../requirements.txt\npython-dotenv\n")
    run = migrate(keylift, script)
    assert script.read("requirements.txt") == text
    assert "python-dotenv" not in run.stdout.split("Before you push")[1]


@pytest.mark.parametrize("name, text, why", [
    ("requirements.txt", "flask==2.0 --hash=sha256:00\n", "hashes"),
    ("requirements.txt", "python-dotenv; sys_platform == 'win32'\n", "condition"),
    ("requirements.txt", "python-dotenv==0.21.0\n", "older"),
    ("pyproject.toml", POETRY_HEAD + '[tool.poetry.dependencies]\npython = "^3.8"\npython-dotenv = "^0.21"\n', "older"),
    ("requirements.txt", "# This file is autogenerated by pip-compile with Python 3.11\nflask==2.0\n", "program made it"),
    ("setup.py", "from setuptools import setup\nsetup(name='x', install_requires=['flask'])\n", "program"),
    ("environment.yml", "name: x\ndependencies:\n  - python\n", "conda"),
    ("pyproject.toml", "project.name = 'x'\nproject.dependencies = ['flask']\n", "way"),
])  # fmt: skip
def test_what_is_not_clear_is_left_and_the_line_is_shown(keylift, script, name, text, why):
    script.write(name, text)
    run = migrate(keylift, script)
    assert script.read(name) == text
    line = next(line for line in run.stdout.split("Before you push")[1].splitlines() if name in line)
    assert NEEDED in line and why in line


def test_without_any_list_the_package_is_named(keylift, script):
    assert f"now needs {NEEDED}" in migrate(keylift, script).stdout


def test_a_project_that_needed_nothing_gets_a_list(keylift, script):
    text = '[build-system]\nrequires = []\n\n[project]\nname = "x"\nversion = "1"\n\n[tool.black]\n'
    script.write("pyproject.toml", text)
    migrate(keylift, script)
    now = tomllib.loads(script.read("pyproject.toml"))
    assert now["project"].pop("dependencies") == [NEEDED]
    assert now == tomllib.loads(text)


def test_lock_files_are_named_as_out_of_date(keylift, script):
    script.write("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = ["flask"]\n')
    for name in ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"):
        script.write(name, "")
    due = migrate(keylift, script).stdout.split("Before you push")[1]
    assert "uv.lock" in due and "`uv lock`" in due and "`poetry lock`" in due and "`pdm lock`" in due
    assert "Pipfile.lock" not in due  # there is no Pipfile that it could come from


def test_what_is_compiled_from_a_list_is_out_of_date_and_not_changed(keylift, script):
    script.write("requirements.in", "flask\n")
    script.write("requirements.txt", "flask==2.0\n")
    due = migrate(keylift, script).stdout.split("Before you push")[1]
    assert script.read("requirements.in") == f"flask\n{NEEDED}\n" and script.read("requirements.txt") == "flask==2.0\n"
    assert "requirements.txt is out of date" in due


@pytest.mark.parametrize("text, stale", [
    ("flask==2.0 --hash=sha256:00\n", True),
    ("# autogenerated by pip-compile from pyproject.toml\nflask==2.0\n", True),
    ("# autogenerated by pip-compile from pyproject.toml\npython-dotenv==1.2.0\n", False),
])  # fmt: skip
def test_what_is_exported_from_the_metadata_is_out_of_date_if_it_lacks_the_package(keylift, script, text, stale):
    script.write("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = ["flask"]\n')
    script.write("requirements.txt", text)
    due = migrate(keylift, script).stdout.split("Before you push")[1]
    assert script.read("requirements.txt") == text
    assert ("requirements.txt is out of date" in due) == stale and "by hand" not in due


def test_the_nearest_list_above_the_file_governs(keylift, project):
    project.git_init()
    project.write("requirements.txt", "flask\n")
    project.write("services/pay/requirements.txt", "requests\n")
    project.write("services/pay/pyproject.toml", "[tool.black]\nline-length = 100\n")
    project.write("services/pay/src/pay.py", f'shop_key = "{made_aws_id()}"\n')
    project.commit()
    run = keylift("migrate", "--yes", "services/pay", cwd=project)
    assert run.returncode == 0, said(run)
    assert project.read("services/pay/requirements.txt") == f"requests\n{NEEDED}\n"
    assert project.read("requirements.txt") == "flask\n"


def test_the_list_of_a_repository_that_ignores_the_project_stays(keylift, project):
    project.git_init()
    project.write(".gitignore", "build/\n")
    project.write("requirements.txt", "flask\n")
    project.commit()
    project.write("build/source/setup.py", "from setuptools import setup\nsetup()\n")
    project.write("build/source/pay.py", f'shop_key = "{made_aws_id()}"\n')
    run = keylift("migrate", "--yes", "--no-gitignore", ".", cwd=project / "build/source")
    assert run.returncode == 0 and NEEDED in run.stdout, said(run)
    assert "environ" in project.read("build/source/pay.py") and project.read("requirements.txt") == "flask\n"
    assert "git's history has" not in run.stdout and "In no other place" in run.stdout


def test_both_the_metadata_and_the_requirements_are_extended(keylift, script):
    script.write("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = []\n')
    script.write("requirements.txt", "flask\n")
    migrate(keylift, script)
    assert by_tomllib(script / "pyproject.toml") == [NEEDED] and by_pip(script / "requirements.txt") == ["flask", NEEDED]


def test_requirements_that_install_the_project_itself_have_it_from_there(keylift, script):
    script.write("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = []\n')
    script.write("requirements.txt", "-e .\ngunicorn\n")
    migrate(keylift, script)
    assert script.read("requirements.txt") == "-e .\ngunicorn\n"


def test_setuptools_dynamic_list_is_the_file_that_it_names(keylift, script):
    script.write("pyproject.toml", '[project]\nname = "x"\ndynamic = ["version", "dependencies"]\n\n[tool.setuptools.dynamic]\ndependencies = {file = ["deps.txt"]}\n')
    script.write("deps.txt", "flask\n")
    migrate(keylift, script)
    assert by_pip(script / "deps.txt") == ["flask", NEEDED]


def test_a_plan_shows_it_and_writes_nothing(keylift, script):
    password = made_password()
    script.write("requirements.txt", f"--index-url https://kim:{password}@host.invalid/simple\nflask\n")
    before = script.files()
    for command in (("plan",), ("migrate", "--dry-run", "--yes")):
        run = keylift(*command, ".", cwd=script)
        assert run.returncode in (0, 1) and f"requirements.txt gains {NEEDED}" in run.stdout
        assert password not in said(run)
    assert script.files() == before


def test_json_has_files_reasons_and_locks(keylift, script):
    script.write("requirements.txt", "flask --hash=sha256:00\n")
    script.write("Pipfile", "[packages]\n")
    script.write("Pipfile.lock", "")
    run = keylift("migrate", "--yes", "--format", "json", ".", cwd=script)
    packages = json.loads(run.stdout)["packages"]
    assert packages["needed"] == [NEEDED]
    assert {f["path"]: (f["packages"], f["reason"]) for f in packages["files"]} == {
        "Pipfile": ([NEEDED], None), "requirements.txt": ([NEEDED], "its packages have hashes")}  # fmt: skip
    assert packages["stale"] == [{"path": "Pipfile.lock", "command": "pipenv lock"}]


def test_upload_alone_changes_no_list(keylift, script):
    script.write("requirements.txt", "flask\n")
    run = keylift("upload", "--yes", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert script.read("requirements.txt") == "flask\n"


def test_staged_extends_a_tracked_list_and_leaves_its_other_edits_unstaged(keylift, project):
    project.git_init().write("requirements.txt", "flask\n")
    project.commit()
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    project.git("add", "pay.py")
    project.write("requirements.txt", "flask\nrequests\n")
    run = keylift("migrate", "--yes", "--staged", ".", cwd=project)
    assert run.returncode == 0, said(run)
    assert project.git("show", ":requirements.txt") == f"flask\n{NEEDED}\n"
    assert project.read("requirements.txt") == f"flask\nrequests\n{NEEDED}\n"


def test_staged_adds_no_file_to_the_commit_that_git_does_not_track(keylift, project):
    project.git_init()
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    project.git("add", "pay.py")
    project.write("requirements.txt", "flask\n")
    run = keylift("migrate", "--yes", "--staged", ".", cwd=project)
    assert run.returncode == 0, said(run)
    assert project.read("requirements.txt") == f"flask\n{NEEDED}\n"
    assert "requirements.txt" not in project.git("diff", "--cached", "--name-only")


def test_a_link_that_leads_out_of_the_repository_is_not_followed(keylift, project, tmp_path):
    outside = tmp_path / "elsewhere.txt"
    outside.write_text("flask\n")
    project.git_init()
    (project / "requirements.txt").symlink_to(outside)
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    project.commit()
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 0, said(run)
    assert outside.read_text() == "flask\n"


def test_a_list_keeps_its_mode(keylift, script):
    script.write("requirements.txt", "flask\n")
    (script / "requirements.txt").chmod(0o444)
    run = migrate(keylift, script)
    assert f"gained {NEEDED}" in run.stdout
    assert (script / "requirements.txt").stat().st_mode & 0o777 == 0o444


