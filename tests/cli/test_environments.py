"""--environment: secrets of dev and of prod, under the same names, in .env files of their own."""

import json
import os

import pytest

import support
from support import made, made_password

OLD = "python-dotenv==1.0.1"
PROGRAM = "import shop.mail\nimport shop.pay\n\nprint(shop.pay.API_KEY, shop.mail.MAIL_PASSWORD)\n"


def said(run):
    return run.stdout + run.stderr


@pytest.fixture
def values():
    return made("", 40), made_password()


@pytest.fixture
def shop(project, values):
    """A package of two modules, and a script beside it."""
    project.write("requirements.txt", "")
    project.write("shop/__init__.py", "")
    project.write("shop/tools.py", "")
    project.write("shop/pay.py", f'from . import tools\n\nAPI_KEY = "{values[0]}"\n')
    project.write("shop/mail.py", f'from . import tools\n\nMAIL_PASSWORD = "{values[1]}"\n')
    project.write("main.py", PROGRAM)
    return project.git_init().commit()


@pytest.fixture
def settings(project, values):
    project.write("settings/__init__.py", "")
    project.write("settings/dev.py", f'SECRET_KEY = "{values[0]}"\n')
    project.write("settings/prod.py", f'SECRET_KEY = "{values[1]}"\n')
    project.write("pyproject.toml", '[[tool.keylift.environments]]\npath = "settings/dev.py"\nenvironment = "dev"\n'
                                    '[[tool.keylift.environments]]\npath = "settings/prod.py"\nenvironment = "prod"\n')  # fmt: skip
    return project.git_init().commit()


def old_dotenv():
    return {"PYTHONPATH": str(support.package_folder(OLD))}


@pytest.mark.parametrize("dotenv", ["1.0.1", "newest"])
@pytest.mark.parametrize("style", [[], ["--style", "inline"]], ids=["module", "inline"])
def test_the_program_reads_the_environment_that_it_is_told(keylift, shop, values, dotenv, style):
    before, original = shop.python("main.py").stdout, shop.files()
    run = keylift("migrate", "--yes", "--environment", "prod", *style, ".", cwd=shop)
    assert run.returncode == 0 and "environment: prod" in run.stdout, said(run)
    assert (shop / "shop/env_secrets.py").exists() == (not style)
    assert "dotenv_values" in shop.read("shop/pay.py" if style else "shop/env_secrets.py")
    assert shop.read(".gitignore") == "/.env.prod\n" and not (shop / ".env").exists()
    assert (shop / ".env.prod").stat().st_mode & 0o777 == 0o600
    assert shop.read(".env.example") == "MAIL_PASSWORD=\nAPI_KEY=\n"
    env = old_dotenv() if dotenv == "1.0.1" else {}

    def output(**more):
        return shop.python("main.py", env={**env, **more})

    assert output().stdout == before == f"{values[0]} {values[1]}\n"
    again = keylift("migrate", "--yes", "--environment", "prod", *style, ".", cwd=shop)
    assert again.returncode == 0 and "nothing to move" in again.stdout, said(again)
    shop.write(".env.shared", "MAIL_PASSWORD=of-all\nAPI_KEY=of-all\n")
    shop.write(".env.dev", "API_KEY=of-dev\n")
    assert output().stdout == before
    assert output(SECRETS_ENVIRONMENT="dev").stdout == "of-dev of-all\n"
    assert output(SECRETS_ENVIRONMENT="dev", MAIL_PASSWORD="of-process").stdout == "of-dev of-process\n"
    (shop / ".env.shared").unlink()
    missing = output(SECRETS_ENVIRONMENT="dev")
    assert missing.returncode == 1 and "KeyError: 'MAIL_PASSWORD'" in missing.stderr
    assert keylift("undo", "--yes", cwd=shop).returncode == 0
    assert {name: shop.files()[name] for name in original} == original


def test_settings_with_the_same_names_are_told_apart_by_the_table(keylift, settings, values):
    run = keylift("migrate", "--yes", ".", cwd=settings)
    assert run.returncode == 1 and "of the environment dev (--environment dev moves it)" in run.stdout, said(run)
    assert "--environment prod" in run.stdout and not (settings / ".env").exists()
    for name in ("dev", "prod"):
        run = keylift("migrate", "--yes", "--environment", name, ".", cwd=settings)
        assert run.returncode == (1 if name == "dev" else 0), said(run)  # the other one's is left
        assert f'".env.{name}")' in settings.read(f"settings/{name}.py")
        again = keylift("migrate", "--yes", "--environment", name, ".", cwd=settings)
        assert again.returncode == run.returncode, said(again)
    assert settings.read(".env.dev").split("=")[0] == settings.read(".env.prod").split("=")[0] == "SECRET_KEY"
    program = "from settings import dev, prod\nprint(dev.SECRET_KEY, prod.SECRET_KEY)\n"
    for env in ({}, old_dotenv(), {"SECRETS_ENVIRONMENT": "test"}):
        assert settings.python("-c", program, env=env).stdout == f"{values[0]} {values[1]}\n"
    assert keylift("scan", ".", cwd=settings).returncode == 0
    for _ in range(2):
        assert keylift("undo", "--yes", cwd=settings).returncode == 0
    assert settings.git("diff", "--name-only") == ""


def test_a_module_of_one_environment_has_a_name_of_its_own(keylift, settings, values):
    for name in ("dev", "prod"):
        settings.write(f"settings/{name}.py", settings.read(f"settings/{name}.py") + "from . import base\n")
        settings.write(f"settings/{name}.py", "from . import base\n" + settings.read(f"settings/{name}.py"))
    settings.write("settings/base.py", "")
    settings.commit()
    for name in ("dev", "prod"):
        run = keylift("migrate", "--yes", "--environment", name, "--style", "module", ".", cwd=settings)
        assert f'ENVIRONMENT = "{name}"' in settings.read(f"settings/env_secrets_{name}.py"), said(run)
    program = "from settings import dev, prod\nprint(dev.SECRET_KEY, prod.SECRET_KEY)\n"
    assert settings.python("-c", program).stdout == f"{values[0]} {values[1]}\n"


TABLES = [
    ('environments = "dev"\n', "must be a list"),
    ('environments = [{path = "a.py"}]\n', "path and environment"),
    ('environments = [{path = "a.py", environment = "dev", more = 1}]\n', "nothing else"),
    ('environments = [{path = "a.py", environment = 1}]\n', "path and environment"),
    ('environments = [{path = "a.py", environment = "../x"}]\n', "letters, digits"),
    ('environments = [{path = "a.py", environment = "shared"}]\n', "another meaning"),
    ('environments = [{path = "", environment = "dev"}]\n', "pattern for no path"),
    ('environments = [{path = "!a.py", environment = "dev"}]\n', "pattern for no path"),
    ('environments = [{path = "a.py", environment = "dev"}, {path = "a.py", environment = "prod"}]\n', "two entries"),
    ('environment = "dev"\n', "a scanned tree may not choose"),
    ('environmentz = []\n', 'did you mean "environments"'),
]  # fmt: skip


@pytest.mark.parametrize("table, message", TABLES)
def test_a_bad_table_is_an_error_that_says_what_is_wrong(keylift, shop, table, message):
    shop.write("keylift.toml", table)
    before = shop.files()
    for command in (["scan"], ["migrate", "--yes", "--environment", "dev"]):
        run = keylift(*command, ".", cwd=shop)
        assert run.returncode == 2 and message in run.stderr and "keylift.toml" in run.stderr, said(run)
    assert shop.files() == before


def test_a_file_of_two_environments_and_an_environment_of_no_file_are_errors(keylift, shop):
    shop.write("keylift.toml", 'environments = [{path = "shop/", environment = "dev"}, '
                               '{path = "*.py", environment = "prod"}]\n')  # fmt: skip
    before = shop.files()
    run = keylift("migrate", "--yes", "--environment", "dev", ".", cwd=shop)
    assert run.returncode == 2 and "to dev and to prod" in run.stderr, said(run)
    run = keylift("migrate", "--yes", "--environment", "staging", ".", cwd=shop)
    assert run.returncode == 2 and "no entry" in run.stderr and shop.files() == before


WRONG = [
    (["--environment", ""], {}, "not empty"),
    (["--environment", "a/b"], {}, "letters, digits"),
    (["--environment", "example"], {}, "another meaning"),
    (["--environment", "x" * 33], {}, "at most 32"),
    (["--environment-variable", "X"], {}, "needs --environment"),
    (["--environment", "prod", "--environment-variable", "a b"], {}, "make a name"),
    (["--environment", "prod"], {"SECRETS_ENVIRONMENT": "dev"}, "unset it"),
    (["--environment", "prod", "--to", "environ"], {}, "{environment}_{name}"),
    (["--name-template", "{environment}_{name}"], {}, "{environment} is not known"),
]


@pytest.mark.parametrize("words, env, message", WRONG)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(keylift, shop, words, env, message):
    before = shop.files()
    run = keylift("migrate", "--yes", *words, ".", cwd=shop, env=env)
    assert run.returncode == 2 and message in run.stderr and shop.files() == before, said(run)


def test_the_environment_can_stand_in_the_name(keylift, shop, values):
    run = keylift("migrate", "--yes", "--environment", "eu-prod", "--name-template", "{environment}_{name}", ".", cwd=shop)
    assert run.returncode == 0, said(run)
    assert "EU_PROD_API_KEY=" in shop.read(".env.eu-prod")
    # Names that have the environment in them are read of no other.
    assert 'ENVIRONMENT = "eu-prod"' in shop.read("shop/env_secrets_eu_prod.py")
    assert shop.python("main.py").stdout == f"{values[0]} {values[1]}\n"


def test_another_variable_and_another_file_are_the_users_to_name(keylift, shop, values):
    (shop / "conf").mkdir()
    run = keylift("migrate", "--yes", "--environment", "prod", "--environment-variable", "APP_ENV", "--dotenv-file",
                  "conf/secrets", ".", cwd=shop, env={"APP_ENV": "prod"})  # fmt: skip
    assert run.returncode == 0 and "APP_ENV" in run.stdout, said(run)
    shop.write("conf/secrets.dev", "API_KEY=a\nMAIL_PASSWORD=b\n")
    assert shop.python("main.py").stdout == f"{values[0]} {values[1]}\n"
    assert shop.python("main.py", env={"APP_ENV": "dev"}).stdout == "a b\n"


def test_apply_does_what_the_plan_of_an_environment_says(keylift, shop):
    told = json.loads(keylift("plan", "--format", "json", "--environment", "prod", ".", cwd=shop).stdout)["vault"]
    assert told["environment"] == "prod" and told["file"] == ".env.prod"
    assert keylift("plan", "-o", "plan.json", "--environment", "prod", ".", cwd=shop).returncode == 0
    assert json.loads(shop.read("plan.json"))["vault"]["dotenv_file"] == ".env.prod"
    run = keylift("apply", "--yes", "plan.json", cwd=shop)
    assert run.returncode == 0, said(run)
    migrated = shop.files()
    assert "keylift put API_KEY" in run.stdout and "--dotenv-file .env.prod" in run.stdout
    assert keylift("apply", "--yes", "plan.json", cwd=shop).returncode == 0 and shop.files() == migrated
    assert keylift("undo", "--yes", cwd=shop).returncode == 0
    os.unlink(shop / ".env.prod")
    os.unlink(shop / ".gitignore")
    assert keylift("migrate", "--yes", "--environment", "prod", ".", cwd=shop).returncode == 0
    assert shop.files() == migrated


def test_resume_goes_on_in_the_same_environment(keylift, shop):
    run = keylift("migrate", "--yes", "--environment", "prod", ".", cwd=shop)
    assert run.returncode == 0, said(run)
    finished = shop.files()
    [path] = (shop / ".git/keylift/runs").glob("*.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if json.loads(line)["step"] in ("begin", "start")))
    shop.git("checkout", "--", "requirements.txt", "shop")
    for name in ("shop/env_secrets.py", ".env.example", ".env.prod"):
        (shop / name).unlink()
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 0 and shop.files() == finished, said(run)


def test_put_stores_a_new_value_in_an_environment(keylift, shop, values):
    assert keylift("migrate", "--yes", "--environment", "prod", ".", cwd=shop).returncode == 0
    for name in ("prod", "dev"):
        run = keylift("put", "--yes", "API_KEY", "--environment", name, cwd=shop, input=f"new-of-{name}")
        assert run.returncode == 0, said(run)
    assert shop.python("main.py").stdout == f"new-of-prod {values[1]}\n"
    assert shop.read(".env.dev") == "API_KEY=new-of-dev\n" and "/.env.dev" in shop.read(".gitignore")
    assert keylift("put", "--yes", "API_KEY", "--environment", "a b", cwd=shop, input="x").returncode == 2
    checked = keylift("vaults", "check", "--environment", "prod", cwd=shop)
    assert checked.returncode == 0 and "/.env.prod (exists, 2 names)" in " ".join(checked.stdout.split())


@pytest.mark.parametrize("style", [[], ["--style", "inline"]], ids=["module", "inline"])
def test_reads_of_the_environment_beside_a_merged_dictionary_stay_with_the_reason(keylift, shop, values, style):
    """The dictionary is asked by whoever reads it; os.environ gains nothing, so a read of it would find nothing."""
    shop.write("shop/pay.py", shop.read("shop/pay.py") + '\nimport os\n\nother = os.environ.get("OTHER_TOKEN")\n')
    shop.write(".env.prod", "OTHER_TOKEN=abcdef\n")
    words = ["--environment", "prod", "--env-reads", "secrets", *style, "."]
    run = keylift("plan", "--format", "json", "--allow-dirty", *words, cwd=shop)
    [read] = json.loads(run.stdout)["reads"]
    assert run.returncode == 1 and read["name"] == "OTHER_TOKEN", said(run)
    assert read["reason"] == "the values of an environment are not put into os.environ"
    run = keylift("migrate", "--yes", "--allow-dirty", *words, cwd=shop)
    assert run.returncode == 1 and 'os.environ.get("OTHER_TOKEN")' in shop.read("shop/pay.py"), said(run)
    assert values[0] not in shop.read("shop/pay.py")
