"""migrate, plan, upload and rewrite from the command line: what is written, what is refused, what is said."""

import fcntl
import json
import os
import stat
import subprocess

import pytest

import support
from support import made_aws_id


@pytest.fixture
def key():
    return made_aws_id()


@pytest.fixture
def script(project, key):
    """A script with one secret in it."""
    project.write("pay.py", f'shop_key = "{key}"\nprint(shop_key)\n')
    return project


def said(run):
    return run.stdout + run.stderr


def test_plan_shows_names_and_the_diff_and_writes_nothing(keylift, script, key):
    before = script.files()
    run = keylift("plan", ".", cwd=script)
    assert run.returncode == 0
    assert "SHOP_KEY" in run.stdout and '+shop_key = os.environ["SHOP_KEY"]' in run.stdout
    assert key not in said(run)
    assert script.files() == before


def test_dry_run_writes_nothing(keylift, script):
    before = script.files()
    assert keylift("migrate", "--yes", "--dry-run", ".", cwd=script).returncode == 0
    assert script.files() == before


def test_without_a_terminal_and_yes_nothing_is_written(keylift, script):
    before = script.files()
    run = keylift("migrate", ".", cwd=script)
    assert run.returncode == 2
    assert "--yes" in run.stderr
    assert script.files() == before


def test_migrate_moves_the_value_and_the_program_still_prints_it(keylift, script, key):
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert key not in script.read("pay.py") and key not in said(run)
    assert script.python("pay.py").stdout == key + "\n"
    assert stat.S_IMODE((script / ".env").stat().st_mode) == 0o600
    assert script.read(".env.example") == "SHOP_KEY=\n"


def test_a_second_run_changes_nothing_and_ends_alike(keylift, script):
    first = keylift("migrate", "--yes", ".", cwd=script)
    before = script.files()
    second = keylift("migrate", "--yes", ".", cwd=script)
    assert second.returncode == first.returncode == 0
    assert {k: v for k, v in script.files().items() if ".keylift" not in k} == {
        k: v for k, v in before.items() if ".keylift" not in k}


def test_a_site_that_must_stay_is_named_with_its_reason_and_status_1(keylift, project, key):
    project.write("pay.py", f'match input():\n    case "{key}":\n        pass\n')
    before = project.files()
    first = keylift("migrate", "--yes", ".", cwd=project)
    assert first.returncode == 1
    assert "pattern" in first.stdout
    assert project.files() == before
    assert keylift("migrate", "--yes", ".", cwd=project).returncode == 1


def test_test_credentials_stay_unless_asked_for(keylift, project, key):
    project.write("tests/test_pay.py", f'shop_key = "{key}"\n')
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 1 and "--include-tests" in run.stdout
    assert key in project.read("tests/test_pay.py")
    run = keylift("migrate", "--yes", "--include-tests", ".", cwd=project)
    assert run.returncode == 0, said(run)
    assert key not in project.read("tests/test_pay.py")


def test_a_silenced_finding_is_never_touched(keylift, project, key):
    project.write("pay.py", f'shop_key = "{key}"  # keylift: ignore\n')
    before = project.files()
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 0 and "silenced" in run.stdout
    assert project.files() == before


def test_gitignore_gains_the_file_before_it_exists(keylift, script, key):
    script.git_init().write(".gitignore", "*.log")
    script.commit()
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert script.read(".gitignore") == "*.log\n/.env\n" or script.read(".gitignore") == "*.log\n/.env"
    assert ".env\n" not in script.git("status", "--porcelain", "--untracked-files=all").replace(".env.example", "")


def test_a_tracked_env_file_is_refused(keylift, script, key):
    script.write(".env", "A=1\n")
    script.write("load.py", "from dotenv import load_dotenv\nload_dotenv()\n")
    script.git_init().commit()
    before = script.files()
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode != 0
    assert "track" in said(run)
    assert script.files() == before


def test_an_env_file_that_the_program_does_not_load_is_left_alone(keylift, script, key):
    script.write(".env", "PATH_TO_X=/x\n")
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert script.read(".env") == "PATH_TO_X=/x\n"
    assert key in script.read(".secret") and ".secret" in script.read("pay.py")
    assert script.python("pay.py").stdout == key + "\n"


def test_an_env_file_that_the_program_loads_gains_the_name(keylift, script, key):
    script.write(".env", "# ours\nA=1\n")
    script.write("main.py", "from dotenv import load_dotenv\nload_dotenv()\nimport pay\n")
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert script.read(".env").startswith("# ours\nA=1\nSHOP_KEY=")
    assert not (script / ".secret").exists()


def test_unstaged_changes_keep_a_file_out_unless_it_is_named(keylift, script, key):
    script.git_init().commit()
    script.write("pay.py", script.read("pay.py") + "# being edited\n")
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 1 and "--allow-dirty" in run.stdout
    assert key in script.read("pay.py")
    assert keylift("migrate", "--yes", "pay.py", cwd=script).returncode == 0
    assert key not in script.read("pay.py")


def test_staged_mends_the_commit_and_keeps_other_edits(keylift, script, key):
    script.git_init().write("README", "x\n")
    script.git("add", "README")
    script.git("commit", "-q", "-m", "first")
    script.git("add", "pay.py")
    script.write("pay.py", script.read("pay.py") + "# an edit that is not staged\n")
    run = keylift("migrate", "--yes", "--staged", ".", cwd=script)
    assert run.returncode == 0, said(run)
    staged = script.git("show", ":pay.py")
    assert key not in staged and "SHOP_KEY" in staged and "an edit" not in staged
    assert key not in script.read("pay.py") and script.read("pay.py").endswith("# an edit that is not staged\n")
    assert "/.env" in script.git("show", ":.gitignore")
    assert keylift("scan", "--staged", ".", cwd=script).returncode == 0
    script.git("commit", "-q", "-m", "second")
    assert key not in script.git("log", "-p")


def test_a_folder_that_cannot_be_written_loses_nothing(keylift, script, key):
    if os.geteuid() == 0:
        (script / ".secret").mkdir()  # root writes everywhere, but not over a folder
        script.write(".env", "OTHER=1\n")
    else:
        script.path.chmod(0o555)
    before = script.files()
    run = keylift("migrate", "--yes", ".", cwd=script)
    script.path.chmod(0o755)
    assert run.returncode == 2
    assert key in script.read("pay.py") and key not in said(run)
    assert {k: v for k, v in script.files().items() if ".keylift" not in k} == before


def test_upload_stores_and_rewrite_uses_what_is_stored(keylift, script, key):
    before = script.read("pay.py")
    run = keylift("rewrite", "--yes", ".", cwd=script)
    assert run.returncode == 1 and "keylift upload" in run.stdout
    assert script.read("pay.py") == before
    assert keylift("upload", "--yes", ".", cwd=script).returncode == 0
    assert script.read("pay.py") == before and key in script.read(".env")
    assert keylift("rewrite", "--yes", ".", cwd=script).returncode == 0
    assert key not in script.read("pay.py")


def test_site_names_a_literal_that_no_rule_knows(keylift, project):
    project.write("conf.py", 'greeting = "hello there"\nprint(greeting)\n')
    run = keylift("migrate", "--yes", "--site", "conf.py:1", ".", cwd=project)
    assert run.returncode == 0, said(run)
    assert project.read("conf.py").count("hello there") == 0
    assert project.python("conf.py").stdout == "hello there\n"


@pytest.mark.parametrize("place, message", [
    ("conf.py:2", "no string literal"),
    ("conf.py:1", "column"),
    ("conf.py", "PATH:LINE"),
    ("none.py:1", "none.py"),
])
def test_a_site_that_says_nothing_clear_is_an_error(keylift, project, place, message):
    project.write("conf.py", 'pair = "one", "two"\n\n')
    before = project.files()
    run = keylift("migrate", "--yes", "--site", place, ".", cwd=project)
    assert run.returncode == 2 and message in run.stderr
    assert project.files() == before


def test_json_tells_names_and_reasons_without_values(keylift, project, key):
    project.write("pay.py", f'shop_key = "{key}"\nmatch shop_key:\n    case "{key}":\n        pass\n')
    run = keylift("plan", "--format", "json", ".", cwd=project)
    report = json.loads(run.stdout)
    assert run.returncode == 1 and key not in said(run)
    assert [site["name"] for site in report["sites"]] == ["SHOP_KEY"]
    assert [site["line"] for site in report["left"]] == [3] and report["left"][0]["reason"]
    assert report["vault"]["id"] == "dotenv" and report["done"] is False
    assert "[redacted]" in report["files"][0]["diff"]


def test_two_runs_at_once_are_kept_apart(keylift, script):
    first = keylift("migrate", "--yes", ".", cwd=script)
    assert first.returncode == 0
    [lock] = [path for path in (script / ".keylift").rglob("*") if path.name == "lock"]
    script.write("more.py", f'other_key = "{made_aws_id()}"\n')
    before = script.read("more.py")
    with open(lock, "r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 2
    assert script.read("more.py") == before
    assert keylift("migrate", "--yes", ".", cwd=script).returncode == 0


def test_a_flag_of_another_vault_is_named(keylift, script):
    run = keylift("migrate", "--yes", "--to", "environ", "--dotenv-file", "x.env", ".", cwd=script)
    assert run.returncode == 2 and "dotenv" in run.stderr


def test_environ_takes_only_what_the_environment_already_holds(keylift, script, key):
    run = keylift("migrate", "--yes", "--to", "environ", ".", cwd=script)
    assert run.returncode in (1, 2) and key in script.read("pay.py") and key not in said(run)
    run = keylift("migrate", "--yes", "--to", "environ", ".", cwd=script, env={"SHOP_KEY": key})
    assert run.returncode == 0, said(run)
    assert "load_dotenv" not in script.read("pay.py")
    assert script.python("pay.py", env={"SHOP_KEY": key}).stdout == key + "\n"


def test_staged_keeps_other_edits_of_the_files_it_adds_to_unstaged(keylift, script, key):
    script.git_init().write(".gitignore", "*.log\n")
    script.write(".env.example", "A=\n")
    script.git("add", ".gitignore", ".env.example")
    script.git("commit", "-q", "-m", "first")
    script.git("add", "pay.py")
    script.write(".gitignore", "*.log\n*.mine\n")
    script.write(".env.example", "A=\nMINE=\n")
    run = keylift("migrate", "--yes", "--staged", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert script.git("show", ":.gitignore") == "*.log\n/.env\n"
    assert script.git("show", ":.env.example") == "A=\nSHOP_KEY=\n"
    assert script.read(".gitignore") == "*.log\n*.mine\n/.env\n"


def test_staged_adds_the_module_that_it_made(keylift, project):
    for name in ("pay", "mail"):
        project.write(f"shop/{name}.py", f'from . import tools\n{name}_key = "{made_aws_id()}"\n')
    project.write("shop/__init__.py", "").parent.joinpath("tools.py").write_text("")
    project.git_init().git("add", "-A")
    run = keylift("migrate", "--yes", "--staged", ".", cwd=project)
    assert run.returncode == 0, said(run)
    assert set(project.git("diff", "--cached", "--name-only").split()) == {
        ".gitignore", ".env.example", "shop/__init__.py", "shop/tools.py", "shop/pay.py", "shop/mail.py",
        "shop/env_secrets.py"}  # fmt: skip
    assert "?? " not in project.git("status", "--porcelain")


@pytest.mark.parametrize("commit, mended", [(["commit"], True), (["commit", "-a"], False), (["commit", "pay.py"], False)])
def test_staged_in_a_hook_mends_the_commit_or_says_why_not(keylift, script, key, commit, mended):
    clean = script.read("pay.py").replace(key, "")
    script.write("pay.py", clean)
    script.git_init().commit()
    script.write("pay.py", clean.replace('""', f'"{key}"'))
    if mended:
        script.git("add", "pay.py")
    hook = script.write(".git/hooks/pre-commit", f'#!/bin/sh\n"{keylift.binary}" migrate --yes --staged . >told 2>&1\n')
    hook.chmod(0o755)
    done = subprocess.run(["git", *commit, "-m", "x"], cwd=script, env=support.clean_env(script.home),
                          capture_output=True, timeout=60)  # fmt: skip
    told = script.read("told")
    assert (done.returncode == 0) == mended, told
    assert key not in script.git("log", "-p") + told
    assert (key in script.read("pay.py")) != mended
    if not mended:
        assert "git add" in told and not (script / ".env").exists()


@pytest.mark.parametrize("loader, place", [
    ("from dotenv import load_dotenv\nload_dotenv()\n", ".env"),
    ("from decouple import config\nA = config('A')\n", ".secret"),
    ("from environs import Env\nenv = Env()\nenv.read_env()\nA = env('A')\n", ".env"),
    ("from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    a: str\n", ".secret"),
    ("from dotenv import load_dotenv\nfrom pydantic_settings import BaseSettings\nload_dotenv()\n"
     "class S(BaseSettings):\n    model_config = {'env_file': '.env'}\n    a: str\n", ".secret"),
])
def test_a_dotenv_that_the_environment_does_not_get_whole_is_not_added_to(keylift, script, key, loader, place):
    script.write(".env", "A=1\n")
    script.write("conf.py", loader)
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert key in script.read(place) and (place == ".env" or script.read(".env") == "A=1\n")
    assert script.python("pay.py").stdout == key + "\n"


@pytest.mark.parametrize("content", ["SHOP_KEY=\n", "SHOP_KEY\n", "SHOP_KEY=other\n", "export SHOP_KEY=''\n"])
def test_a_name_that_the_file_has_already_is_never_overwritten(keylift, script, key, content):
    script.write(".env", content)
    script.write("main.py", "from dotenv import load_dotenv\nload_dotenv()\nimport pay\n")
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert script.read(".env").startswith(content) or content == "SHOP_KEY\n"
    assert script.python("pay.py").stdout == key + "\n"


@pytest.mark.parametrize("place", ["conf/prod.env", "./conf/../prod.env", "{outside}/prod.env"])
def test_another_dotenv_file_is_written_and_loaded(keylift, script, key, tmp_path, place):
    (script / "conf").mkdir()
    script.git_init()
    place = place.format(outside=tmp_path)
    run = keylift("migrate", "--yes", "--dotenv-file", place, ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert key in (script.path / place).read_text()
    assert script.python("pay.py").stdout == key + "\n"
    if place.startswith("/"):
        assert place in script.read("pay.py")  # it does not move with the code
    else:
        assert script.git("status", "--porcelain", "--ignored", "--untracked-files=all").count("!! ") == 1


@pytest.mark.parametrize("place", ["missing/prod.env", "/nonexistent/prod.env", "folder", "pay.py/x.env", "link.env"])
def test_a_dotenv_file_that_cannot_be_is_refused_before_anything_is_written(keylift, script, key, place):
    (script / "folder").mkdir()
    (script / "link.env").symlink_to("nowhere/x.env")
    before = script.files()
    for command in ("plan", "migrate"):
        run = keylift(command, *(["--yes"] if command == "migrate" else []), "--dotenv-file", place, ".", cwd=script)
        assert run.returncode == 2 and place.split("/")[0] in run.stderr
    assert script.files() == before


def test_the_state_folder_ignores_itself(keylift, script):
    keylift("migrate", "--yes", ".", cwd=script)
    assert (script / ".keylift").is_dir()
    script.git_init()
    assert ".keylift" not in script.git("status", "--porcelain", "--untracked-files=all")


def test_the_plan_names_every_file_that_will_be_written(keylift, project):
    for name in ("pay", "mail"):
        project.write(f"code/shop/{name}.py", f'from . import tools\n{name}_key = "{made_aws_id()}"\n')
    project.write("code/shop/tools.py", "")
    project.write("code/shop/__init__.py", "")
    project.write("code/setup.py", "")
    project.git_init().commit()
    before = set(project.files())
    plan = keylift("plan", ".", cwd=project / "code")
    other = {f["path"] for f in json.loads(keylift("plan", "--format", "json", cwd=project / "code").stdout)["other_files"]}
    assert keylift("migrate", "--yes", ".", cwd=project / "code").returncode == 0
    made = {name.removeprefix("code/") for name in set(project.files()) - before}
    assert made == other | {".env"} == {".env", ".env.example", ".gitignore", "shop/env_secrets.py"}
    assert all(f"\n  {name} " in plan.stdout for name in other)
    assert str(project.path) not in plan.stdout


def test_a_name_that_the_code_uses_is_explained_with_a_path_in_the_project(keylift, script, key):
    script.write("app/other.py", 'import os\nprint(os.environ["SHOP_KEY"])\n')
    run = keylift("plan", ".", cwd=script)
    assert "(SHOP_KEY is used by app/other.py:2)" in run.stdout
    assert "PROJECT_SHOP_KEY" in run.stdout


def test_an_env_file_that_only_a_library_reads_is_left_alone(keylift, script, key):
    script.write(".env", "DEBUG=1\n")
    script.write("conf.py", 'from decouple import config\nDEBUG = config("DEBUG")\n')
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert script.read(".env") == "DEBUG=1\n" and key in script.read(".secret")


def test_an_env_file_that_cannot_be_loaded_is_named_and_nothing_is_tried_on(keylift, script):
    script.write(".env", b"A=1\nB=2\x00\n")
    script.write("load.py", "from dotenv import load_dotenv\nload_dotenv()\n")
    before = script.files()
    for command in (["plan"], ["migrate", "--yes"]):
        run = keylift(*command, ".", cwd=script)
        assert run.returncode == 2 and ".env, line 2: load_dotenv() fails here" in run.stderr, said(run)
    assert script.files() == before


@pytest.mark.parametrize("link", [".env", ".env.example", ".keylift"])
def test_a_link_out_of_the_project_is_not_written_through(keylift, script, tmp_path, link):
    elsewhere = tmp_path / "elsewhere"
    if link == ".keylift":
        elsewhere.mkdir()
    else:
        elsewhere.write_text("OLD=1\n")
        script.write("load.py", "from dotenv import load_dotenv\nload_dotenv()\n")
    (script / link).symlink_to(elsewhere)
    before = script.files()
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 2 and link in run.stderr, said(run)
    assert script.files() == before
    assert not list(elsewhere.iterdir()) if elsewhere.is_dir() else elsewhere.read_text() == "OLD=1\n"


def test_an_env_file_that_leads_out_of_the_project_is_written_when_it_is_named(keylift, script, key, tmp_path):
    (tmp_path / "elsewhere").write_text("OLD=1\n")
    (script / ".env").symlink_to(tmp_path / "elsewhere")
    run = keylift("migrate", "--yes", "--dotenv-file", ".env", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert key in (tmp_path / "elsewhere").read_text() and (script / ".env").is_symlink()


def test_a_gitignore_that_git_does_not_read_is_not_relied_on(keylift, script, key):
    script.git_init().write("shared-ignores", "*.log\n")
    (script / ".gitignore").symlink_to("shared-ignores")
    script.commit()
    before = script.files()
    for command in (["plan"], ["migrate", "--yes"]):
        run = keylift(*command, ".", cwd=script)
        assert run.returncode == 2 and ".git/info/exclude" in run.stderr, said(run)
    assert script.files() == before
    script.write(".git/info/exclude", "/.env\n")
    assert keylift("migrate", "--yes", ".", cwd=script).returncode == 0


def test_no_value_is_stored_where_another_ignore_file_gives_the_file_back_to_git(keylift, script, key):
    script.git_init().write("conf/.gitignore", "!prod.env\n")
    script.commit()
    run = keylift("migrate", "--yes", "--dotenv-file", "conf/prod.env", ".", cwd=script)
    assert run.returncode == 2 and "git check-ignore -v conf/prod.env" in run.stderr, said(run)
    assert not (script / "conf/prod.env").exists() and key in script.read("pay.py")


def test_a_tracked_file_behind_a_link_is_the_one_that_is_named(keylift, script):
    script.git_init().write("real.env", "A=1\n")
    script.write("load.py", "from dotenv import load_dotenv\nload_dotenv()\n")
    (script / ".env").symlink_to("real.env")
    script.commit()
    run = keylift("plan", ".", cwd=script)
    assert "git rm --cached real.env" in run.stdout.replace("\n", " ")


def test_a_virtual_environment_in_the_place_of_the_env_file_is_no_obstacle(keylift, script, key):
    script.write(".env/bin/activate", "")
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert key in script.read(".secret") and script.python("pay.py").stdout == key + "\n"


def test_a_run_that_stops_does_not_say_what_to_do_after_one_that_did_not(keylift, script):
    script.write(".keylift", "in the way")
    run = keylift("migrate", "--yes", ".", cwd=script)
    assert run.returncode == 2 and "remove it" in run.stderr
    assert "Before you push" not in run.stdout and "0 files were rewritten" in run.stdout


def test_a_staged_file_that_is_gone_from_the_working_tree_is_left_and_the_rest_is_mended(keylift, script, key):
    script.write("gone.py", f'other_key = "{made_aws_id()}"\n')
    script.git_init().git("add", "-A")
    (script / "gone.py").unlink()
    run = keylift("migrate", "--yes", "--staged", ".", cwd=script)
    assert run.returncode == 1, said(run)
    assert "gone from the working tree" in run.stdout.replace("\n", " ") and not (script / "gone.py").exists()
    assert key not in script.git("show", ":pay.py")


def test_staged_says_when_an_unstaged_edit_keeps_the_value(keylift, script, key):
    script.git_init().git("add", "-A")
    edited = f'shop_key = "{key}" + "x"\nprint(shop_key)\n'
    script.write("pay.py", edited)
    run = keylift("migrate", "--yes", "--staged", ".", cwd=script)
    assert run.returncode == 0, said(run)
    assert key not in script.git("show", ":pay.py") and script.read("pay.py") == edited
    assert "pay.py: a value is still there, in edits that are not staged" in run.stdout


def test_what_stays_is_told_in_80_columns_with_its_name_and_a_long_reason_once(keylift, project):
    for name in ("pay", "mail", "stock"):
        project.write(f"{name}.py", f'{name}_key = "{made_aws_id()}"\n')
    project.write("main.py", "from dotenv import load_dotenv\nload_dotenv()\nimport pay, mail, stock\n").parent
    project.write(".env", "A=1\n")
    project.git_init().commit()
    run = keylift("plan", ".", cwd=project)
    assert run.returncode == 1
    assert run.stdout.count("git rm --cached .env") == 1 and run.stdout.count("left: for the same reason") == 2
    assert "in pay_key\n" in run.stdout and "no literal can move" in run.stdout
    assert max(map(len, run.stdout.splitlines())) <= 80


def test_a_request_without_files_says_that_there_is_nothing_to_scan(keylift, project):
    project.git_init()
    for command in (["plan"], ["migrate", "--yes"], ["migrate", "--yes", "--staged"]):
        run = keylift(*command, cwd=project)
        assert run.returncode == 0 and run.stdout == "nothing to scan\n"


def test_two_projects_are_not_migrated_into_one_file(keylift, project, key):
    for name in ("one", "two"):
        project.write(f"{name}/pay.py", f'shop_key = "{key}"\n')
        project.write(f"{name}/pyproject.toml", "")
    project.git_init().commit()
    before = project.files()
    run = keylift("migrate", "--yes", "one", "two", cwd=project)
    assert run.returncode == 2 and "one project at a time" in run.stderr
    assert project.files() == before
    assert keylift("migrate", "--yes", "one", "one/pay.py", cwd=project).returncode == 0


def test_a_diff_masks_what_no_rule_knows_as_well(keylift, project, key):
    """Lines around an edit: a docstring, a name that tells nothing, lines of a longer text."""
    values = [support.made(length=24) for _ in range(5)]
    project.write("pay.py", f'''"""Use {values[0]} here."""
plain = "{values[1]}"
text = """
{values[2]}
{values[3]}"""
shop_key = "{key}"; other = "{values[4]}"
print(shop_key, "an ordinary text", plain_name_of_something)
''')
    for output in (keylift("plan", ".", cwd=project), keylift("plan", "--format", "json", ".", cwd=project)):
        assert output.returncode == 1  # the values of `plain` and `other` are reported, and stay: they are low
        assert not [value for value in [key, *values] if value in said(output)]
        assert "an ordinary text" in output.stdout and "plain_name_of_something" in output.stdout
        assert 'os.environ[' in output.stdout


@pytest.mark.parametrize("first", ["#!/usr/bin/env python3", "#!/usr/bin/python3 -u", "#!/usr/bin/env -S uv run --script"])
def test_a_script_without_a_suffix_is_known_by_its_first_line(keylift, project, key, first):
    project.write("bin/pay", f'{first}\nshop_key = "{key}"\nprint(shop_key)\n').chmod(0o755)
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 0, said(run)
    assert project.python("bin/pay").stdout == key + "\n"
    assert project.read("bin/pay").startswith(first + "\n")
    assert (project / "bin/pay").stat().st_mode & 0o777 == 0o755


def test_a_literal_of_another_language_cannot_be_named(keylift, project):
    project.write("app.yaml", 'name: "a value"\n')
    run = keylift("plan", "--site", "app.yaml:1", ".", cwd=project)
    assert run.returncode == 1 and "not Python code" in run.stdout


@pytest.mark.parametrize("above", ["", "shop", "shop/eu"])
def test_a_package_is_read_from_under_whatever_name_it_is_imported(keylift, project, above):
    """A folder without __init__.py is a package too: only `import` knows the name of what lies in it."""
    values = [made_aws_id() for _ in range(3)]
    base = f"{above}/core" if above else "core"
    project.write(f"{base}/__init__.py", "")
    project.write(f"{base}/pay.py", f'from . import tools\npay_key = "{values[0]}"\n')
    project.write(f"{base}/tools.py", "")
    project.write(f"{base}/deep/__init__.py", "")
    project.write(f"{base}/deep/mail.py", f'from ..pay import pay_key\nmail_key = "{values[1]}"\n')
    project.write("main.py", f'import {base.replace("/", ".")}.deep.mail as mail\nprint(mail.pay_key, mail.mail_key)\n')
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 0, said(run)
    assert (project / base / "env_secrets.py").exists()
    done = project.python("main.py")
    assert done.stdout == " ".join(values[:2]) + "\n", done.stderr


def test_an_import_in_a_docstring_makes_no_module_of_a_package(keylift, project):
    values = [made_aws_id() for _ in range(2)]
    project.write("shop/__init__.py", "")
    for name, value in zip(("pay", "mail"), values):
        project.write(f"shop/{name}.py", f'''"""Example:
from . import tools
"""
{name}_key = "{value}"
print({name}_key)
''')
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 0, said(run)
    assert [project.python(f"shop/{name}.py").stdout for name in ("pay", "mail")] == [v + "\n" for v in values]
