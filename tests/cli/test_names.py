"""--names and --name-template: every name is the user's to change, and what cannot be is refused by its line."""

import json

import pytest

from support import made, made_password


def said(run):
    return run.stdout + run.stderr


@pytest.fixture
def shop(project):
    project.write("requirements.txt", "")
    project.write("shop/pay.py", f'API_KEY = "{made("", 40)}"\n')
    project.write("shop/mail.py", f'MAIL_PASSWORD = "{made_password()}"\n')
    project.write("shop/post.py", project.read("shop/mail.py"))
    return project.git_init().commit()


def names_in(project, name="names.txt"):
    lines = [line for line in project.read(name).splitlines() if line and not line.startswith("#")]
    return dict(line.split(" = ") for line in lines)


def test_plan_writes_the_names_and_migrate_takes_what_was_changed(keylift, shop):
    run = keylift("plan", "--names", "names.txt", ".", cwd=shop)
    assert run.returncode == 0 and "names.txt" in run.stdout, said(run)
    assert names_in(shop) == {"API_KEY": "API_KEY", "MAIL_PASSWORD": "MAIL_PASSWORD"}
    assert "# shop/pay.py:1" in shop.read("names.txt")
    shop.write("names.txt", shop.read("names.txt").replace("= API_KEY", "= StripeKey_2  # ours"))
    run = keylift("migrate", "--yes", "--names", "names.txt", ".", cwd=shop)
    assert run.returncode == 0, said(run)
    assert 'environ["StripeKey_2"]' in shop.read("shop/pay.py")
    assert "StripeKey_2=" in shop.read(".env") and "API_KEY" not in shop.read(".env")
    assert 'environ["MAIL_PASSWORD"]' in shop.read("shop/mail.py")
    assert 'environ["MAIL_PASSWORD"]' in shop.read("shop/post.py")


def test_migrate_writes_the_names_too_and_dry_run_does_not(keylift, shop):
    assert keylift("migrate", "--dry-run", "--names", "names.txt", ".", cwd=shop).returncode == 0
    assert not (shop / "names.txt").exists()
    assert keylift("migrate", "--names", "names.txt", ".", cwd=shop).returncode == 2  # nobody to ask
    assert "API_KEY" in names_in(shop) and not (shop / ".env").exists()


def test_the_names_file_holds_no_value(keylift, shop):
    values = [line.split('"')[1] for name in ("pay", "mail") for line in [shop.read(f"shop/{name}.py")]]
    keylift("plan", "--names", "names.txt", ".", cwd=shop)
    assert not any(value in shop.read("names.txt") for value in values)


def test_a_second_run_with_the_same_names_changes_nothing_and_ends_alike(keylift, shop):
    shop.write("names.txt", "API_KEY = PAY_KEY\n")
    assert keylift("migrate", "--yes", "--names", "names.txt", ".", cwd=shop).returncode == 0
    before = shop.files()
    run = keylift("migrate", "--yes", "--names", "names.txt", ".", cwd=shop)
    assert run.returncode == 0, said(run)
    assert shop.files() == before


def test_a_literal_that_comes_later_finds_the_name_that_its_value_has(keylift, shop):
    shop.write("names.txt", "API_KEY = PAY_KEY\n")
    later = shop.read("shop/pay.py")
    keylift("migrate", "--yes", "--names", "names.txt", ".", cwd=shop)
    shop.write("shop/again.py", later)
    run = keylift("migrate", "--yes", "--names", "names.txt", ".", cwd=shop)
    assert run.returncode == 0 and 'environ["PAY_KEY"]' in shop.read("shop/again.py"), said(run)
    assert shop.read(".env").count("PAY_KEY") == 1


def test_undo_and_plans_know_the_names(keylift, shop):
    before = {n: c for n, c in shop.files().items() if n.endswith(".py")}
    shop.write("names.txt", "API_KEY = PAY_KEY\nMAIL_PASSWORD = POST\n")
    assert keylift("plan", "--names", "names.txt", "-o", "plan.json", ".", cwd=shop).returncode == 0
    assert [name["name"] for name in json.loads(shop.read("plan.json"))["names"]] == ["POST", "PAY_KEY"]
    assert keylift("apply", "--yes", "plan.json", cwd=shop).returncode == 0
    assert "PAY_KEY" in shop.read("shop/pay.py")
    assert keylift("undo", "--yes", cwd=shop).returncode == 0
    assert {n: c for n, c in shop.files().items() if n.endswith(".py")} == before


@pytest.mark.parametrize(
    "text, message",
    [
        ("\nAPI_KEY\n", "names.txt:2: say NAME = NEW_NAME"),
        ("# x\nAPI_KEY = \n", "names.txt:2: say NAME"),
        ("API_KEY = 9LIVES\n", 'names.txt:1: "9LIVES" is no name'),
        ("API_KEY = A KEY\n", "names.txt:1"),
        ("API_KEY = A-KEY\n", "names.txt:1"),
        ("API_KEY = " + "A" * 300 + "\n", "names.txt:1"),
        ("API_KEY = A\nAPI_KEY = B\n", "names.txt:2: API_KEY stands on line 1 already"),
        ("API_KEY = PATH\n", "names.txt:1: PATH is read by"),
        ("API_KEY = AWS_SECRET_ACCESS_KEY\n", "names.txt:1"),
        ("API_KEY = SET_HERE\n", "names.txt:1: SET_HERE is set in the environment"),
        ("API_KEY = READ_HERE\n", "names.txt:1: READ_HERE is used by"),
        ("API_KEY = MAIL_PASSWORD\n", "names.txt:1: another secret of this run is called MAIL_PASSWORD"),
        ("API_KEY = ONE\nMAIL_PASSWORD = ONE\n", "another secret of this run is called ONE"),
        ("STRANGE = ONE\n", "names.txt:1: no secret of this run is called STRANGE"),
        ("API_KEY = TAKEN\n", "names.txt:1: the vault has another value called TAKEN"),
    ],
)
def test_a_bad_name_is_refused_by_its_line(keylift, shop, text, message):
    shop.write("shop/conf.py", "import os\nfrom dotenv import load_dotenv\nload_dotenv()\nx = os.environ['READ_HERE']\n")
    shop.write(".env", "TAKEN=other\n")
    shop.write("names.txt", text)
    before = shop.files()
    for command in (("plan",), ("migrate", "--yes")):
        run = keylift(*command, "--names", "names.txt", ".", cwd=shop, env={"SET_HERE": "1"})
        assert run.returncode == 2 and message in run.stderr, said(run)
        assert shop.files() == before


def test_a_names_file_that_is_no_text_is_an_error(keylift, shop):
    for content in (b"\x00\xff" * 100, b"=" * 5000, b"a\n" * 200000):
        shop.write("names.txt", content)
        assert keylift("plan", "--names", "names.txt", ".", cwd=shop).returncode == 2
    assert keylift("plan", "--names", "shop", ".", cwd=shop).returncode == 2


@pytest.mark.parametrize(
    "template, names",
    [
        ("{module}_{name}", ["SHOP_MAIL_MAIL_PASSWORD", "SHOP_PAY_API_KEY"]),
        ("acme-{name}", ["ACME_API_KEY", "ACME_MAIL_PASSWORD"]),
        ("{file}.{name}", ["MAIL_MAIL_PASSWORD", "PAY_API_KEY"]),
    ],
)
def test_a_template_makes_the_names(keylift, shop, template, names):
    run = keylift("plan", "--name-template", template, "--format", "json", ".", cwd=shop)
    assert run.returncode == 0, said(run)
    assert sorted(name["name"] for name in json.loads(run.stdout)["names"]) == names


def test_a_template_makes_the_same_names_from_any_folder(keylift, shop):
    run = keylift("plan", "--name-template", "{module}_{name}", "--format", "json", "pay.py", cwd=shop / "shop")
    assert [name["name"] for name in json.loads(run.stdout)["names"]] == ["SHOP_PAY_API_KEY"]


def test_two_secrets_that_a_template_calls_alike_get_two_names(keylift, shop):
    run = keylift("plan", "--name-template", "{environment}{name}", ".", cwd=shop)
    assert run.returncode == 2 and "{environment}" in run.stderr
    run = keylift("plan", "--name-template", "SECRET{module}", "--format", "json", ".", cwd=shop)
    assert len({name["name"] for name in json.loads(run.stdout)["names"]}) == 2


@pytest.mark.parametrize("template", ["plain", "{nmae}", "{", "{name", "a" * 600 + "{name}"])
def test_a_template_that_says_nothing_clear_is_an_error(keylift, shop, template):
    run = keylift("plan", "--name-template", template, ".", cwd=shop)
    assert run.returncode == 2 and "--name-template" in run.stderr
