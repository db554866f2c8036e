"""upload --with-values: the values of what the code reads already go to the vault too."""

import json

import pytest

from support import made_password


@pytest.fixture
def shop(project):
    project.values = {name: made_password() for name in ("DB_PASSWORD", "API_TOKEN", "REGION", "UNREAD_SECRET")}
    project.write("prod.env", "".join(f"{name}={value}\n" for name, value in project.values.items()) + "EMPTY_SECRET=\n")
    project.write("app.py", 'import os\n\npassword = os.environ["DB_PASSWORD"]\ntoken = os.getenv("API_TOKEN")\n'
                            'region = os.environ.get("REGION")\nlost = os.environ["LOST_PASSWORD"]\n'
                            'empty = os.environ["EMPTY_SECRET"]\n')  # fmt: skip
    return project


def lines(project):
    return dict(line.split("=", 1) for line in project.read(".env").splitlines())


def test_secrets_that_the_code_reads_go_along(keylift, shop):
    source = shop.read("app.py")
    done = keylift("upload", "--yes", "--with-values", "prod.env", ".", cwd=shop)
    assert done.returncode == 1  # two stay, with the reason
    assert lines(shop) == {name: shop.values[name] for name in ("DB_PASSWORD", "API_TOKEN")}
    assert "LOST_PASSWORD" in done.stdout and "prod.env does not have it" in done.stdout
    assert "EMPTY_SECRET" in done.stdout and "empty" in done.stdout
    assert "DB_PASSWORD  read at app.py:3" in done.stdout
    assert not any(value in done.stdout + done.stderr for value in shop.values.values())
    assert shop.read("app.py") == source


def test_migrate_takes_values_and_literals_in_one_run(keylift, shop):
    password = made_password()
    shop.write("more.py", f'mail_password = "{password}"\n')
    done = keylift("migrate", "--yes", "--with-values", "prod.env", ".", cwd=shop)
    assert done.returncode == 1, done.stdout + done.stderr
    assert lines(shop) == {name: shop.values[name] for name in ("DB_PASSWORD", "API_TOKEN")} | {"MAIL_PASSWORD": password}
    assert password not in shop.read("more.py")
    again = shop.files()
    keylift("migrate", "--yes", "--with-values", "prod.env", ".", cwd=shop)
    assert shop.files() == again


def test_what_keeps_no_values_is_refused_with_them(keylift, shop):
    shop.git_init()
    for words in (("plan", "-o", "plan.json"), ("migrate", "--staged")):
        run = keylift(*words, "--with-values", "prod.env", *([] if "--staged" in words else ["."]), cwd=shop)
        assert run.returncode == 2 and "upload --with-values" in run.stderr and not (shop / "plan.json").exists()


def test_named_variables_go_whatever_they_look_like(keylift, shop):
    keylift("upload", "--yes", "--with-values", "prod.env", "--env-names", "REGION,UNREAD_SECRET", ".", cwd=shop)
    assert lines(shop) == shop.values


def test_the_current_environment_is_a_source(keylift, shop):
    env = {"DB_PASSWORD": shop.values["DB_PASSWORD"], "LOST_PASSWORD": made_password()}
    done = keylift("upload", "--yes", "--with-values", "environ", ".", cwd=shop, env=env)
    assert lines(shop) == env and "API_TOKEN" in done.stdout and "not set in the environment" in done.stdout


def test_a_second_time_nothing_is_left_to_do(keylift, shop):
    keylift("upload", "--yes", "--with-values", "prod.env", ".", cwd=shop)
    before = shop.read(".env")
    done = keylift("upload", "--yes", "--with-values", "prod.env", "--format", "json", ".", cwd=shop)
    assert shop.read(".env") == before
    assert {name["state"] for name in json.loads(done.stdout)["names"]} == {"present"}


def test_another_value_under_the_name_is_left(keylift, shop):
    shop.write(".env", "DB_PASSWORD=theirs-and-not-ours\n")
    done = keylift("upload", "--yes", "--on-conflict", "fail", "--dotenv-file", ".env", "--with-values", "prod.env", ".", cwd=shop)
    assert lines(shop)["DB_PASSWORD"] == "theirs-and-not-ours"
    assert "DB_PASSWORD: the vault has another value under this name" in done.stdout


def test_the_name_that_the_code_reads_is_never_renamed(keylift, shop):
    shop.write(".env", "DB_PASSWORD=theirs-and-not-ours\n")
    done = keylift("upload", "--yes", "--dotenv-file", ".env", "--with-values", "prod.env", ".", cwd=shop)
    assert "DB_PASSWORD: the vault has another value under this name" in done.stdout
    assert set(lines(shop)) == {"DB_PASSWORD", "API_TOKEN"}
    assert lines(shop)["DB_PASSWORD"] == "theirs-and-not-ours"


@pytest.mark.parametrize(
    "args, part",
    [(["--with-values", "nowhere.env"], "nowhere.env"), (["--env-names", "A"], "--with-values")],
)
def test_what_is_wrong_is_named(keylift, shop, args, part):
    done = keylift("upload", "--yes", *args, ".", cwd=shop)
    assert done.returncode == 2 and part in done.stderr and not (shop / ".env").exists()
