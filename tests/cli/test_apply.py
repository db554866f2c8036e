"""plan -o and apply: a plan holds no secret, apply does exactly what it says, and refuses when anything has
changed since, or when the plan is not one."""

import hashlib
import json
import os
import shutil

import pytest

import support
from support import made, made_password


def said(run):
    return run.stdout + run.stderr


@pytest.fixture
def values():
    return [made("", 40), made_password(24), made_password(20)]


@pytest.fixture
def shop(project, values):
    project.write("requirements.txt", "")
    project.write("shop/__init__.py", "")
    project.write("shop/pay.py", f'from . import tools\nAPI_KEY = "{values[0]}"\n')
    project.write("shop/mail.py", f'from . import tools\nMAIL_PASSWORD = b"{values[1]}"\n')
    project.write("shop/tools.py", "")
    project.write("main.py", f'# caf\xe9\r\nDB_PASSWORD = (\r\n    "{values[2][:9]}"\r\n    "{values[2][9:]}"\r\n)\r\n')
    project.write("tests/test_pay.py", f'TEST_PASSWORD = "{made_password()}"\n')
    return project.git_init().commit()


def plan(keylift, project, *more, cwd=None, status=1):
    run = keylift("plan", "-o", project / "plan.json", *more, cwd=cwd or project)
    assert run.returncode == status, said(run)
    assert "keylift apply" in run.stdout
    return json.loads(project.read("plan.json"))


def change(project, change_it):
    document = json.loads(project.read("plan.json"))
    change_it(document)
    project.write("plan.json", json.dumps(document))


def refused(keylift, project, *more, cwd=None):
    """apply says no, and nothing is written."""
    before = project.files()
    run = keylift("apply", "--yes", project / "plan.json", *more, cwd=cwd or project)
    assert run.returncode == 2, said(run)
    assert project.files() == before
    return run.stderr


def test_apply_does_byte_for_byte_what_migrate_does(keylift, shop, tmp_path, home):
    shutil.copytree(shop.path, tmp_path / "other", symlinks=True)
    other = support.Project(tmp_path / "other", home)
    assert keylift("migrate", "--yes", ".", cwd=other).returncode == 1  # the test credential stays
    plan(keylift, shop, ".")
    run = keylift("apply", "--yes", "plan.json", cwd=shop)
    assert run.returncode == 0, said(run)
    (shop / "plan.json").unlink()
    assert shop.files() == other.files()


def test_a_plan_writes_nothing_else_and_holds_no_value(keylift, shop, values):
    before = shop.files()
    document = plan(keylift, shop, ".")
    text = shop.read("plan.json")
    assert {n: c for n, c in shop.files().items() if n != "plan.json"} == before
    for value in values:
        assert value not in text and value[:8] not in text and value[-8:] not in text
        # Nor a hash that a guess could be compared with: of a value, 16 bits.
        for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5):
            assert digest(value.encode()).hexdigest()[:8] not in text
    for file in document["files"]:
        assert hashlib.sha256((shop / file["path"]).read_bytes()).hexdigest()[:8] not in text
    assert all(len(name["tag"]) == 4 for name in document["names"])
    assert str(shop.path) not in text
    assert [left["reason"] for left in document["left"]] == ["test credential (--include-tests moves it)"]


def test_the_same_project_makes_the_same_plan(keylift, shop):
    plan(keylift, shop, ".")
    first = shop.read("plan.json")
    (shop / "plan.json").unlink()
    plan(keylift, shop, "..", cwd=shop / "shop")
    assert shop.read("plan.json") == first


def test_apply_finds_the_project_from_any_folder_of_its_repository(keylift, project):
    value = made_password()
    project.write("services/a/setup.py", "")
    project.write("services/a/conf.py", f'DB_PASSWORD = "{value}"\n')
    project.git_init().commit()
    document = plan(keylift, project, "services/a", status=0)
    assert document["root"] == "services/a" and document["files"][0]["path"] == "conf.py"
    (project / "services/b").mkdir()
    run = keylift("apply", "--yes", project / "plan.json", cwd=project / "services/b")
    assert run.returncode == 0, said(run)
    assert value in project.read("services/a/.env") and value not in project.read("services/a/conf.py")


def test_outside_git_the_plan_belongs_to_the_folder(keylift, project):
    project.write("conf.py", f'DB_PASSWORD = "{made_password()}"\n')
    (project / "sub").mkdir()
    plan(keylift, project, ".", status=0)
    assert "conf.py" in refused(keylift, project, cwd=project / "sub")
    assert keylift("apply", "--yes", "plan.json", cwd=project).returncode == 0


def test_a_second_apply_changes_nothing_and_ends_alike(keylift, shop):
    plan(keylift, shop, ".")
    assert keylift("apply", "--yes", "plan.json", cwd=shop).returncode == 0
    before = shop.files()
    run = keylift("apply", "--yes", "plan.json", cwd=shop)
    assert run.returncode == 0 and "nothing to do" in run.stdout
    run = keylift("apply", "--yes", "--format", "json", "plan.json", cwd=shop)
    report = json.loads(run.stdout)
    assert run.returncode == 0 and report["done"] is True and report["sites"] == []
    assert shop.files() == before


def test_a_plan_says_which_packages_are_added(keylift, shop):
    document = plan(keylift, shop, ".")
    [packages] = document["packages"]
    assert packages["path"] == "requirements.txt" and "dotenv" in packages["adds"][0]
    assert keylift("apply", "--yes", "plan.json", cwd=shop).returncode == 0
    assert packages["adds"][0] in shop.read("requirements.txt")


def test_a_scan_finds_nothing_in_a_plan(keylift, shop):
    plan(keylift, shop, ".")
    run = keylift("scan", "plan.json", cwd=shop)
    assert run.returncode == 0, said(run)


def test_what_is_not_in_the_plan_is_not_touched(keylift, shop):
    plan(keylift, shop, "shop", status=0)
    shop.write("later.py", f'LATER_PASSWORD = "{made_password()}"\n')
    kept = {name: content for name, content in shop.files().items() if name in ("main.py", "later.py")}
    assert keylift("apply", "--yes", "plan.json", cwd=shop).returncode == 0
    assert {name: shop.files()[name] for name in kept} == kept


def test_literals_that_were_named_and_options_are_part_of_the_plan(keylift, project):
    project.write("conf.py", 'GREETING = "hello"\nother_password = "' + made_password() + '"\n')
    project.git_init().commit()
    plan(keylift, project, "--site", "conf.py:1:12", "--skip-rules", "generic-password", ".", status=0)
    assert keylift("apply", "--yes", "plan.json", cwd=project).returncode == 0
    source = project.read("conf.py")
    assert "hello" not in source and "other_password = \"" in source


def test_a_staged_plan_mends_the_index(keylift, shop, values):
    shop.write("late.py", f'LATE_PASSWORD = "{values[1]}x"\n')
    shop.git("add", "late.py")
    shop.write("late.py", f'LATE_PASSWORD = "{values[1]}x"\n# not staged\n')
    plan(keylift, shop, "--staged", status=0)
    run = keylift("apply", "--yes", "plan.json", cwd=shop)
    assert run.returncode == 0, said(run)
    assert "environ" in shop.git("show", ":late.py") and "not staged" not in shop.git("show", ":late.py")
    assert "# not staged" in shop.read("late.py") and values[1] not in shop.read("late.py")


# "postgres" in two parts, so that this file holds no URL with a password.
PARTS = [
    ('url = "postg' 'res://app:{v}@db.acme-shop.net/shop"\n', ("--split-urls",)),
    ('url = "postg' 'res://app:{v}@db.acme-shop.net/shop"\n', ()),
    ('url = f"postg' 'res://app:{v}@{{host}}/{v}"\n', ()),
    ('a_password = "{v}"; b_password = "{v}"\n', ("--style", "module", "--module-name", "our_secrets")),
]


@pytest.mark.parametrize("source, options", PARTS)
def test_parts_of_literals_and_styles_are_applied_as_migrate_does(keylift, project, tmp_path, home, source, options):
    value = made_password()
    project.write("shop/__init__.py", "")
    project.write("shop/conf.py", "from . import tools\n" + source.format(v=value))
    project.write("shop/tools.py", "")
    project.write("main.py", "import shop.conf\n")
    project.git_init().commit()
    shutil.copytree(project.path, tmp_path / "other" / "project", symlinks=True)
    other = support.Project(tmp_path / "other" / "project", home)
    migrated = keylift("migrate", "--yes", *options, ".", cwd=other)
    plan(keylift, project, *options, ".", status=migrated.returncode)
    assert value not in project.read("plan.json")
    assert keylift("apply", "--yes", "plan.json", cwd=project).returncode == 0
    (project / "plan.json").unlink()
    assert project.files() == other.files()
    assert "environ" in project.read("shop/conf.py")


@pytest.mark.parametrize("edit", ["a line", "the value", "one letter elsewhere", "gone"])
def test_a_file_that_changed_since_is_named(keylift, shop, values, edit):
    plan(keylift, shop, ".")
    source = shop.read("shop/pay.py")
    if edit == "a line":
        shop.write("shop/pay.py", source + "# more\n")
    elif edit == "the value":
        shop.write("shop/pay.py", source.replace(values[0], made("", 40, seed=99)))
    elif edit == "one letter elsewhere":
        shop.write("shop/pay.py", source.replace("tools", "tolls"))
    else:
        (shop / "shop/pay.py").unlink()
    message = refused(keylift, shop)
    assert ("shop/pay.py" in message or "API_KEY" in message) and "make the plan again" in message
    assert values[0] not in message


def test_a_value_that_the_vault_has_got_since_is_named(keylift, shop):
    plan(keylift, shop, ".")
    shop.write(".env", f"API_KEY={made_password()}\n")
    assert "API_KEY" in refused(keylift, shop) or "--dotenv-file" in refused(keylift, shop)


def test_another_value_under_a_planned_name_is_refused(keylift, shop):
    shop.write("main.py", 'from dotenv import load_dotenv\nload_dotenv()\n' + shop.read("main.py"))
    shop.write(".env", "OTHER=1\n")
    shop.write(".gitignore", ".env\n")
    shop.commit()
    plan(keylift, shop, ".")
    shop.write(".env", f"OTHER=1\nAPI_KEY={made_password()}\n")
    message = refused(keylift, shop)
    assert "another value" in message and "make the plan again" in message


def test_a_value_that_was_stored_since_and_is_equal_is_no_change(keylift, shop):
    plan(keylift, shop, ".")
    assert keylift("upload", "--yes", ".", cwd=shop).returncode == 1
    assert keylift("apply", "--yes", "plan.json", cwd=shop).returncode == 0


def test_a_value_that_the_vault_lost_since_is_named(keylift, shop):
    keylift("upload", "--yes", ".", cwd=shop)
    plan(keylift, shop, ".")
    shop.write(".env", "".join(line for line in shop.read(".env").splitlines(True) if "API_KEY" not in line))
    assert "API_KEY" in refused(keylift, shop)


def test_other_rules_or_another_version_are_named(keylift, shop, tmp_path):
    plan(keylift, shop, ".")
    change(shop, lambda p: p.update(rules="0" * 16))
    assert "other rules" in refused(keylift, shop)
    plan(keylift, shop, ".")
    change(shop, lambda p: p.update(tool="keylift 99.0.0"))
    assert "keylift 99.0.0" in refused(keylift, shop)


def test_without_yes_and_terminal_nothing_is_written_and_dry_run_shows(keylift, shop):
    plan(keylift, shop, ".")
    before = shop.files()
    assert keylift("apply", "plan.json", cwd=shop).returncode == 2
    run = keylift("apply", "--dry-run", "plan.json", cwd=shop)
    assert run.returncode == 0 and "API_KEY" in run.stdout
    assert shop.files() == before


def test_the_plan_chooses_the_vault_and_the_line_may_only_repeat_it(keylift, shop):
    plan(keylift, shop, ".")
    assert "is for the vault dotenv" in refused(keylift, shop, "--to", "environ")
    change(shop, lambda p: p["vault"].update(id="exec"))
    assert "exec:PROGRAM" in refused(keylift, shop)
    change(shop, lambda p: p["vault"].update(id="nowhere"))
    assert "nowhere" in refused(keylift, shop)


@pytest.mark.parametrize("place", ["../secrets.env", "/tmp/secrets.env", "main.py", ".git/hooks/pre-commit"])
def test_the_plan_does_not_choose_where_values_are_written(keylift, shop, place):
    plan(keylift, shop, ".")
    change(shop, lambda p: p["vault"].update(dotenv_file=place))
    assert "--dotenv-file" in refused(keylift, shop)


@pytest.mark.parametrize("path", ["../other.py", "/etc/passwd", "shop/../../x.py", "shop//pay.py", "", ".."])
def test_a_path_does_not_leave_the_project(keylift, shop, path):
    plan(keylift, shop, ".")
    change(shop, lambda p: p["files"][0].update(path=path))
    assert "plan.json" in refused(keylift, shop)


def test_a_link_does_not_lead_out_of_the_project(keylift, shop, tmp_path):
    plan(keylift, shop, ".")
    outside = tmp_path / "outside.py"
    shutil.copy(shop / "shop/pay.py", outside)
    (shop / "shop/pay.py").unlink()
    (shop / "shop/pay.py").symlink_to(outside)
    before = outside.read_bytes()
    assert "leads out of the project" in refused(keylift, shop)
    assert outside.read_bytes() == before


def test_a_root_does_not_lead_out_of_the_repository(keylift, shop, tmp_path):
    plan(keylift, shop, ".")
    (tmp_path / "elsewhere").mkdir()
    (shop / "out").symlink_to(tmp_path / "elsewhere")
    for root in ("..", "/", "out"):
        change(shop, lambda p, root=root: p.update(root=root))
        assert refused(keylift, shop)


TAMPERED = {
    "an edit": lambda p: p["files"][0]["edits"][0].update(text="import evil\n"),
    "a hash": lambda p: p["files"][0].update(new_sha256="0" * 64),
    "a name": lambda p: p["names"][0].update(name="OTHER"),
    "a site's name": lambda p: p["files"][0]["sites"][0].update(name="OTHER"),
    "a span": lambda p: p["files"][0]["sites"][0].update(start=p["files"][0]["sites"][0]["start"] + 1),
    "a span beyond": lambda p: p["files"][0]["sites"][0].update(end=10**9),
    "a rule": lambda p: p["files"][0]["sites"][0].update(rule="generic-api-key"),
    "a tag": lambda p: p["names"][0].update(tag="0000" if p["names"][0]["tag"] != "0000" else "0001"),
    "new code": lambda p: p["new_files"][0].update(text="import evil\n"),
    "a new file": lambda p: p["new_files"][0].update(path="conftest.py"),
    "another site": lambda p: p["files"][0]["sites"].append(p["files"][0]["sites"][0]),
    "another file": lambda p: p["files"].append(p["files"][0]),
    "a key": lambda p: p.update(command="rm"),
    "an option": lambda p: p["options"].update({"endpoint": "http://127.0.0.1:9"}),
    "a helper": lambda p: p["options"].update({"to": "exec:/bin/sh"}),
    "a format": lambda p: p.update(keylift_plan=2),
    "no names": lambda p: p.pop("names"),
    "names of the wrong kind": lambda p: p.update(names=[1]),
    "a negative number": lambda p: p["files"][0].update(bytes=-1),
    "packages": lambda p: p["packages"].clear() if p["packages"] else p.update(packages=0),
    "other packages": lambda p: p.update(packages=[{"path": "requirements.txt", "adds": ["evil"]}]),
    "a place in the vault": lambda p: p["vault"]["options"].update(nowhere="x"),
    "no tag": lambda p: p["names"][0].update(tag=""),
    "a stored name": lambda p: p["names"][0].update(stored_name="OTHER"),
}  # fmt: skip


@pytest.mark.parametrize("what", support.some_thorough(TAMPERED, 2))
def test_a_plan_that_was_tampered_with_is_refused(keylift, shop, what):
    plan(keylift, shop, ".")
    change(shop, TAMPERED[what])
    assert "plan.json" in refused(keylift, shop)


@pytest.mark.parametrize("name", ["LD_PRELOAD", "PATH", "A B", "A=1\nB", "x" * 300, "../x"])
def test_a_plan_does_not_choose_a_name_that_the_user_could_not(keylift, shop, name):
    plan(keylift, shop, ".")

    def rename(p):
        p["names"][0].update(name=name, stored_name=name)
        p["files"][0]["sites"][0].update(name=name)

    change(shop, rename)
    assert "plan.json" in refused(keylift, shop)


def test_damaged_and_foreign_files_are_no_plans(keylift, shop):
    plan(keylift, shop, ".")
    whole = (shop / "plan.json").read_bytes()
    for bytes_ in (b"", b"{}", b"[]", b"null", whole[: len(whole) // 2], whole.replace(b'"', b"'", 1), b"\xff\xfe",
                   b'{"keylift_plan": 1}', b"[" * 100000):  # fmt: skip
        shop.write("plan.json", bytes_)
        assert "plan" in refused(keylift, shop)
    assert keylift("apply", "--yes", "missing.json", cwd=shop).returncode == 2
    assert keylift("apply", "--yes", cwd=shop).returncode == 2
    assert keylift("apply", "--yes", ".", cwd=shop).returncode == 2


def test_a_plan_that_is_too_large_is_refused(keylift, shop):
    with open(shop / "plan.json", "wb") as f:
        os.truncate(f.fileno(), 64 << 20)
    assert keylift("apply", "--yes", "plan.json", cwd=shop).returncode == 2


def test_undo_takes_an_applied_plan_back(keylift, shop):
    before = shop.files()
    plan(keylift, shop, ".")
    keylift("apply", "--yes", "plan.json", cwd=shop)
    assert keylift("undo", "--yes", cwd=shop).returncode == 0
    after = {name: content for name, content in shop.files().items() if name not in ("plan.json", ".env", ".gitignore")}
    assert after == before
