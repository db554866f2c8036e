"""keylift env: every variable, its places, its documentation; and what --check says of a project."""

import json

import pytest
from dotenv import dotenv_values

import support

CODE = """import os
import sys

HOST = os.environ["SHOP_HOST"]
PORT = int(os.getenv("SHOP_PORT", "8080"))
DEBUG = os.environ.get("SHOP_DEBUG")
PASSWORD = os.environ["SHOP_DB_PASSWORD"]
os.environ["SHOP_STARTED"] = "1"
"""


def env(keylift, project, *args, status=0, cwd=None):
    done = keylift("env", *args, cwd=cwd or project)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def inventory(keylift, project, *args, **more):
    report = json.loads(env(keylift, project, "--format", "json", *args, **more))
    return {variable["name"]: variable for variable in report["variables"]}


def problems(keylift, project, *args, **more):
    return {name: v["problem"] for name, v in inventory(keylift, project, *args, **more).items() if v["problem"]}


def test_each_variable_says_who_reads_it_and_whether_it_must_be_set(keylift, project):
    project.write("shop.py", CODE)
    found = inventory(keylift, project)
    assert {name: (v["read"], v["required"], v["secret"], v["default_text"]) for name, v in found.items()} == {
        "SHOP_HOST": (True, True, False, None),
        "SHOP_PORT": (True, False, False, "8080"),
        "SHOP_DEBUG": (True, False, False, None),
        "SHOP_DB_PASSWORD": (True, True, True, None),
        "SHOP_STARTED": (False, False, False, None),
    }
    assert [(p["path"], p["line"], p["access"], p["reads"]) for p in found["SHOP_STARTED"]["places"]] == [
        ("shop.py", 8, "write", False)
    ]
    text = env(keylift, project)
    assert 'shop.py:5:12  getenv, default "8080"' in text and "SHOP_STARTED  setting, only set" in text


@pytest.mark.parametrize(
    "guard", ['if "SHOP_KEY" in os.environ:\n    KEY = os.environ["SHOP_KEY"]\n',
              'os.environ.setdefault("SHOP_KEY", "x")\nKEY = os.environ["SHOP_KEY"]\n'],
    ids=["asked first", "set first"])  # fmt: skip
def test_a_read_that_is_guarded_requires_nothing(keylift, project, guard):
    project.write("shop.py", "import os\n" + guard)
    assert not inventory(keylift, project)["SHOP_KEY"]["required"]


def test_fields_of_settings_are_required_unless_they_have_a_default(keylift, project):
    project.write("conf.py", "from pydantic import AliasChoices, Field\nfrom pydantic_settings import BaseSettings\n\n\n"
                  "class Settings(BaseSettings):\n    host: str\n    port: int = 80\n"
                  '    user: str = Field(validation_alias=AliasChoices("DB_USER", "USER_OF_DB"))\n')  # fmt: skip
    found = inventory(keylift, project)
    assert {name: v["required"] for name, v in found.items()} == {
        "HOST": True, "PORT": False, "DB_USER": False, "USER_OF_DB": False}  # fmt: skip
    assert found["PORT"]["default_text"] == "80"


def test_no_default_that_could_be_a_secret_is_shown(keylift, project):
    secrets = {
        "MODE": support.made_stripe_key(),
        "SHOP_TOKEN": "plain",
        "SHOP_SEED": support.made(length=32),
        "SHOP_DSN": "postgres://app:" + support.made_password(12) + "@db/shop",
        "SHOP_NAME": support.made_password(14),
    }
    project.write("a.py", "import os\n" + "".join(f'x = os.getenv("{k}", "{v}")\n' for k, v in secrets.items()))
    for form in ("text", "json", "markdown", "dotenv"):
        shown = env(keylift, project, "--format", form, "-v")
        for value in secrets.values():
            assert value not in shown, form
    # What a scan is to leave out is no reason to show it.
    project.write("keylift.toml", 'rules = ["npm-token"]\nmin-confidence = 1\n')
    assert secrets["MODE"] not in env(keylift, project)
    assert keylift("env", "--rules", "npm-token", cwd=project).returncode == 2


def test_dotenv_files_count_by_their_names_alone(keylift, project):
    project.git_init()
    value = support.made_password()
    project.write(".gitignore", ".env\n")
    project.write("shop.py", CODE)
    project.write(".env", f'SHOP_HOST={value}\nSHOP_DB_PASSWORD="first\nSHOP_PORT=inside of a value\n{value}"\n')
    project.write("deploy/.env.prod", "export SHOP_HOST=prod\n")
    found = inventory(keylift, project)
    assert [(m["path"], m["line"], m["kind"]) for m in found["SHOP_HOST"]["mentions"]] == [
        (".env", 1, "set"), ("deploy/.env.prod", 1, "set")]  # fmt: skip
    assert found["SHOP_DB_PASSWORD"]["set"] and not found["SHOP_PORT"]["set"]
    for form in ("text", "json", "markdown", "dotenv"):
        assert value not in env(keylift, project, "--format", form)


def test_documentation_is_an_example_or_prose(keylift, project):
    project.write("shop.py", CODE)
    project.write(".env.example", "SHOP_HOST=\n# SHOP_DEBUG=1\n")
    project.write("docs/setup.md", "Set `SHOP_PORT`, and not SHOP_DB_PASSWORDS.\n")
    project.write("CHANGELOG.md", "SHOP_DB_PASSWORD is new.\n")
    found = inventory(keylift, project)
    assert {name: (v["documented"], v["in_example"]) for name, v in found.items()} == {
        "SHOP_HOST": (True, True), "SHOP_DEBUG": (True, True), "SHOP_PORT": (True, False),
        "SHOP_DB_PASSWORD": (False, False), "SHOP_STARTED": (False, False)}  # fmt: skip
    out = env(keylift, project, "--check", status=1)
    assert out.splitlines()[0] == "shop.py:7:12  SHOP_DB_PASSWORD is documented nowhere"
    assert "1 is documented, but not in the .env.example" in out


def test_check_ends_with_0_once_the_example_is_made(keylift, project):
    project.write("shop.py", CODE)
    env(keylift, project, "--check", status=1)
    env(keylift, project)
    env(keylift, project, "--format", "dotenv", "-o", ".env.example")
    out = env(keylift, project, "--check")
    assert "Every variable that is read is documented." in out
    project.write("shop.py", CODE.replace("SHOP_HOST", "SHOP_ADDRESS"))
    out = env(keylift, project, "--check", status=1)
    assert "shop.py:4:8  SHOP_ADDRESS is documented nowhere" in out and "  SHOP_HOST is never read" in out


def test_an_example_that_is_used_elsewhere_is_no_complaint(keylift, project):
    project.write("shop.py", "import os\n\nfor key in os.environ:\n    if key.startswith('APP_'):\n        print(key)\n")
    project.write("conf.py", "from base import Base\n\n\nclass Settings(Base):\n    queue_url: str\n")
    project.write("compose.yaml", "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: ${DB_PASSWORD}\n")
    project.write(".env.example", "APP_A=\nDB_PASSWORD=\nQUEUE_URL=\nOLD_ONE=\n# OLDER_ONE=\n")
    assert problems(keylift, project) == {"OLD_ONE": "unread"}


def test_fields_are_found_whatever_the_case_and_below_them(keylift, project):
    project.write("conf.py", "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    db: Db\n")
    project.write(".env.example", "db__host=\nDB__PORT=\n")
    assert problems(keylift, project) == {}


@pytest.mark.parametrize("line", [
    'os.environ["PATH"]', 'os.environ["SHOP_X"]  # keylift: ignore[environment-read]', 'os.environ[name]'])  # fmt: skip
def test_what_the_machine_gives_or_is_silenced_needs_no_documentation(keylift, project, line):
    project.write("shop.py", f"import os\n\nname = 'X'\nx = {line}\n")
    assert problems(keylift, project) == {}
    env(keylift, project, "--check")


def test_tests_read_what_they_like(keylift, project):
    project.write("tests/test_shop.py", 'import os\n\nx = os.environ["SHOP_TEST_SERVER"]\n')
    assert inventory(keylift, project)["SHOP_TEST_SERVER"]["tests_only"]
    env(keylift, project, "--check")


def test_the_example_of_the_project_counts_for_a_folder_in_it(keylift, project):
    project.git_init()
    project.write("pyproject.toml", '[project]\nname = "shop"\n')
    project.write(".env.example", "SHOP_HOST=\nOTHER=\n")
    project.write("src/shop.py", 'import os\n\nx = os.environ["SHOP_HOST"]\n')
    assert problems(keylift, project, "src") == {}
    assert problems(keylift, project, "src/shop.py") == {}
    assert problems(keylift, project) == {"OTHER": "unread"}
    found = inventory(keylift, project, cwd=project / "src")
    assert [m["path"] for m in found["SHOP_HOST"]["mentions"]] == ["../.env.example"]


def test_the_list_is_a_dotenv_file_that_changes_no_default(keylift, project):
    project.write("shop.py", CODE + 'MOTTO = os.getenv("SHOP_MOTTO", "we\'re # 1 ${HOME}")\n')
    env(keylift, project, "--format", "dotenv", "-o", "list.env")
    assert dotenv_values(project / "list.env") == {"SHOP_DB_PASSWORD": "", "SHOP_HOST": ""}
    text = project.read("list.env")
    assert "\n# SHOP_PORT=8080\n" in text and "\n# SHOP_DEBUG=\n" in text and "SHOP_STARTED" not in text
    project.write("all.env", "\n".join(line.removeprefix("# ") for line in text.splitlines() if "=" in line))
    assert dotenv_values(project / "all.env")["SHOP_MOTTO"] == "we're # 1 ${HOME}"


def test_the_table_is_markdown_that_names_cannot_break(keylift, project):
    project.write("shop.py", "import os\n\n" 'x = os.getenv("A|B", "c|d")\n')
    lines = env(keylift, project, "--format", "markdown").splitlines()
    assert lines[0].count("|") == lines[1].count("|") == lines[2].replace("\\|", "").count("|")


def test_many_variables_take_a_line_each(keylift, project):
    names = [f"SHOP_SETTING_{i}" for i in range(300)]
    project.write("shop.py", "import os\n\n" + "".join(f'x = os.environ["{name}"]\n' for name in names))
    lines = [line for line in env(keylift, project).splitlines() if line.startswith("SHOP_")]
    assert len(lines) == 300 and all(len(line) < 80 for line in lines)
    assert "300 are read and documented nowhere: SHOP_SETTING_0, " in env(keylift, project, "-q")
    assert env(keylift, project, "-v").count("    shop.py:") == 300


def test_a_dotenv_file_that_cannot_be_read_is_named(keylift, project):
    project.write("shop.py", CODE)
    project.write(".env", b"SHOP_HOST=\xff\xfe\x00\n")
    done = keylift("env", "--format", "dotenv", cwd=project)
    assert done.returncode == 2 and ".env" in done.stderr and done.stdout.startswith("# The environment")


def test_standard_input_has_no_files_around_it(keylift, project):
    project.write(".env.example", "OTHER=\n")
    done = keylift("env", "-", "--stdin-filename", "shop.py", "--format", "json", input=CODE, cwd=project)
    assert done.returncode == 0 and {v["problem"] for v in json.loads(done.stdout)["variables"]} == {None}


def test_check_belongs_to_env(keylift, project):
    assert keylift("scan", "--check", cwd=project).returncode == 2
    done = keylift("scan", "--format", "dotenv", cwd=project)
    assert done.returncode == 2 and "takes text, json, html" in done.stderr
    done = keylift("env", "--format", "sarif", cwd=project)
    assert done.returncode == 2 and "takes text, json, markdown or dotenv" in done.stderr
