"""resume: the rest of a run that was interrupted, by the plan in its journal; and who holds the lock. Kills at
every call are in tests/e2e/test_kill.py; here a finished run is cut back to what an interrupted one leaves."""

import fcntl
import json

import pytest

from support import made, made_password, some_thorough


def said(run):
    return run.stdout + run.stderr


@pytest.fixture
def shop(project):
    project.write("requirements.txt", "")
    project.write("shop/__init__.py", "")
    project.write("shop/pay.py", f'from . import tools\nAPI_KEY = "{made("", 40)}"\n')
    project.write("shop/mail.py", f'from . import tools\nMAIL_PASSWORD = "{made_password()}"\n')
    project.write("shop/tools.py", "")
    return project.git_init().commit()


def journals(project):
    return sorted((project / ".git/keylift/runs").glob("*.jsonl"))


def interrupt(project, last, *, sources=True):
    """Cuts the newest journal behind the last record of step `last`, and puts sources back."""
    path = journals(project)[-1]
    lines = path.read_text().splitlines(keepends=True)
    at = max(i for i, line in enumerate(lines) if json.loads(line)["step"] == last)
    path.write_text("".join(lines[: at + 1]))
    if sources:
        project.git("checkout", "--", "requirements.txt", "shop/pay.py", "shop/mail.py")
        (project / "shop/env_secrets.py").unlink()
        (project / ".env.example").unlink()
    return path.stem


def migrated(keylift, project):
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 0, said(run)
    return project.files()


@pytest.mark.parametrize("last", ["start", "put", "stored", "commit"])
def test_resume_finishes_and_is_the_same_run(keylift, shop, last):
    before = shop.files()
    finished = migrated(keylift, shop)
    run_id = interrupt(shop, last, sources=last != "commit")
    listed = keylift("runs", cwd=shop)
    assert "interrupted" in listed.stdout and f"keylift resume {run_id}" in listed.stdout
    assert json.loads(keylift("runs", "--format", "json", cwd=shop).stdout)["runs"][0]["resumable"] is True
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 0, said(run)
    assert shop.files() == finished
    [one] = json.loads(keylift("runs", "--format", "json", cwd=shop).stdout)["runs"]
    assert one["id"] == run_id and one["state"] == "finished" and one["resumable"] is False
    assert sorted(one["names"]) == ["API_KEY", "MAIL_PASSWORD"]
    assert len({file["path"] for file in one["files"]}) == len(one["files"])
    assert keylift("undo", "--yes", cwd=shop).returncode == 0
    assert {n: c for n, c in shop.files().items() if n not in (".env", ".gitignore")} == before


def test_what_is_in_the_vault_and_equal_is_not_written_again(keylift, shop):
    migrated(keylift, shop)
    interrupt(shop, "stored")
    environment = (shop / ".env").stat()
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 0 and "0 stored" in run.stdout and "2 there already" in run.stdout
    assert (shop / ".env").stat().st_mtime_ns == environment.st_mtime_ns


def test_a_file_that_is_done_already_is_left_as_it_is(keylift, shop):
    finished = migrated(keylift, shop)
    interrupt(shop, "commit", sources=False)
    shop.git("checkout", "--", "shop/pay.py")
    done = (shop / "shop/mail.py").stat()
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 0 and "1 file rewritten" in run.stdout, said(run)
    assert shop.files() == finished and (shop / "shop/mail.py").stat().st_ino == done.st_ino
    assert keylift("undo", "--yes", cwd=shop).returncode == 0
    assert "API_KEY" in shop.read("shop/pay.py") and shop.git("status", "--porcelain", "shop") == ""


def test_names_and_choices_of_the_run_hold(keylift, shop):
    shop.write("names.txt", "API_KEY = OTHER_KEY\n")
    run = keylift("migrate", "--yes", "--names", "names.txt", "--skip-rules", "generic-password", ".", cwd=shop)
    assert run.returncode == 0, said(run)
    finished = shop.files()
    interrupt_only_pay(shop)
    assert keylift("resume", "--yes", cwd=shop).returncode == 0
    assert shop.files() == finished


def interrupt_only_pay(project):
    path = journals(project)[-1]
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if json.loads(line)["step"] in ("begin", "start")))
    project.git("checkout", "--", "shop/pay.py")


def test_dry_run_and_no_answer_write_nothing(keylift, shop):
    migrated(keylift, shop)
    interrupt(shop, "stored")
    before, journal = shop.files(), journals(shop)[-1].read_bytes()
    assert keylift("resume", "--dry-run", cwd=shop).returncode == 0
    assert keylift("resume", cwd=shop).returncode == 2
    assert shop.files() == before and journals(shop)[-1].read_bytes() == journal


def test_a_source_that_changed_since_is_named_with_what_to_do(keylift, shop):
    migrated(keylift, shop)
    interrupt(shop, "stored")
    shop.write("shop/mail.py", shop.read("shop/mail.py") + "# an edit\n")
    before = shop.files()
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 2 and "shop/mail.py has changed since this run" in run.stderr
    assert "keylift migrate" in run.stderr and shop.files() == before
    assert keylift("migrate", "--yes", "--allow-dirty", ".", cwd=shop).returncode == 0


def test_what_cannot_be_resumed_says_why(keylift, shop):
    run = keylift("resume", cwd=shop)
    assert run.returncode == 2 and "no unfinished run" in run.stderr
    migrated(keylift, shop)
    run = keylift("resume", journals(shop)[0].stem, cwd=shop)
    assert run.returncode == 2 and "is finished" in run.stderr
    assert keylift("resume", "20200101T000000-000000", cwd=shop).returncode == 2
    interrupt(shop, "begin")
    run = keylift("resume", journals(shop)[0].stem, cwd=shop)
    assert run.returncode == 2 and "same command again" in run.stderr
    assert keylift("resume", cwd=shop).returncode == 2
    journals(shop)[0].write_text("{\n")
    assert keylift("resume", journals(shop)[0].stem, cwd=shop).returncode == 2


def test_an_undo_that_was_interrupted_is_gone_on_with_by_undo(keylift, shop):
    migrated(keylift, shop)
    first = journals(shop)[0].stem
    keylift("undo", "--yes", cwd=shop)
    [path] = [journal for journal in journals(shop) if journal.stem != first]
    second = path.stem
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))
    run = keylift("resume", second, cwd=shop)
    assert run.returncode == 2 and f"keylift undo {first}" in run.stderr
    assert keylift("undo", "--yes", first, cwd=shop).returncode == 0


def test_the_newest_unfinished_run_is_meant(keylift, shop):
    migrated(keylift, shop)
    first = interrupt(shop, "stored")
    run = keylift("migrate", "--yes", "shop/pay.py", "shop/mail.py", cwd=shop)
    assert run.returncode == 0, said(run)
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 0 and "nothing was left to do" in run.stdout, said(run)
    states = {r["id"]: r["state"] for r in json.loads(keylift("runs", "--format", "json", cwd=shop).stdout)["runs"]}
    assert states[first] == "finished" and set(states.values()) == {"finished"}


@pytest.mark.parametrize("place", ["../out.env", "main.py", "/tmp/out.env"])
def test_a_journal_does_not_choose_where_values_are_written(keylift, shop, place):
    migrated(keylift, shop)
    interrupt(shop, "start")
    path = journals(shop)[0]
    begin, start = (json.loads(line) for line in path.read_text().splitlines())
    start["plan"]["vault"]["dotenv_file"] = start["dotenv_file"] = place
    path.write_text(json.dumps(begin) + "\n" + json.dumps(start) + "\n")
    before = shop.files()
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 2 and shop.files() == before


def test_a_plan_in_a_journal_is_held_to_what_keylift_would_do(keylift, shop):
    migrated(keylift, shop)
    interrupt(shop, "start")
    path = journals(shop)[0]
    begin, start = (json.loads(line) for line in path.read_text().splitlines())
    start["plan"]["files"][0]["edits"][0]["text"] = "import evil\n"
    path.write_text(json.dumps(begin) + "\n" + json.dumps(start) + "\n")
    before = shop.files()
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 2 and "edited in another way" in run.stderr and shop.files() == before


@pytest.mark.parametrize("command", ["migrate", "apply", "resume", "undo", "upload", "rewrite"])
def test_two_runs_at_once_the_second_says_who_holds_the_lock(keylift, shop, command):
    keylift("plan", "-o", "plan.json", ".", cwd=shop)
    words = {"apply": ["plan.json"], "migrate": ["."], "upload": ["."], "rewrite": ["."]}.get(command, [])
    if command in ("resume", "undo", "rewrite"):
        keylift("migrate" if command != "rewrite" else "upload", "--yes", ".", cwd=shop)
        if command == "resume":
            interrupt(shop, "stored")
    else:
        (shop / ".git/keylift").mkdir()
    before = shop.files()
    with open(shop / ".git/keylift/lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711\n")
        lock.flush()
        run = keylift(command, "--yes", *words, cwd=shop)
    assert run.returncode == 2 and "4711" in run.stderr, said(run)
    assert shop.files() == before


def test_the_plan_in_a_journal_has_no_tag_beside_that_of_the_old_file(keylift, shop):
    migrated(keylift, shop)
    records = [json.loads(line) for line in journals(shop)[0].read_text().splitlines()]
    [start] = [record for record in records if record["step"] == "start"]
    assert [name["tag"] for name in start["plan"]["names"]] == ["", ""]


def test_a_value_that_changed_since_and_is_stored_as_it_was_is_refused(keylift, shop):
    migrated(keylift, shop)
    interrupt(shop, "stored")
    value = shop.read("shop/pay.py").split('"')[1]
    shop.write("shop/pay.py", shop.read("shop/pay.py").replace(value, made("", 40, seed=7)))
    before = shop.files()
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 2 and "another value" in run.stderr and shop.files() == before


def test_an_upload_that_was_interrupted_is_finished_as_one(keylift, shop):
    before = shop.files()
    assert keylift("upload", "--yes", ".", cwd=shop).returncode == 0
    environment = shop.read(".env")
    path = journals(shop)[0]
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))  # begin, start
    shop.write(".env", environment.splitlines(keepends=True)[0])
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 0, said(run)
    assert shop.read(".env") == environment
    assert {n: c for n, c in shop.files().items() if n in before} == before


@pytest.fixture
def uploaded(keylift, shop):
    """A run of upload --with-values, and its journal cut off behind what it was to do; what it had stored; the values."""
    values = {"STRIPE_SECRET_KEY": made_password(), "OTHER_NAME": made("", 30)}
    shop.write("conf.py", "import os\nkey = os.environ['STRIPE_SECRET_KEY']\n")
    shop.write("values.env", "".join(f"{name}={value}\n" for name, value in values.items()))
    run = keylift("upload", "--yes", "--with-values", "values.env", "--env-names", "OTHER_NAME", ".", cwd=shop)
    assert run.returncode == 1, said(run)  # values.env itself stays as it is
    [path] = journals(shop)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:2]))
    assert not any(value in path.read_text() for value in values.values())
    stored = shop.read(".env")
    shop.write(".env", stored.splitlines(keepends=True)[0])
    return path.stem, stored, values


@pytest.mark.parametrize("source", ["values.env", "environ"])
def test_an_upload_of_variables_is_finished_with_the_values_taken_again(keylift, shop, uploaded, source):
    run_id, stored, values = uploaded
    env = values if source == "environ" else {}
    listed = keylift("runs", cwd=shop)
    assert f"keylift resume --with-values FILE {run_id}" in listed.stdout
    run = keylift("resume", "--yes", "--with-values", source, cwd=shop, env=env)
    assert run.returncode == 0, said(run)
    assert shop.read(".env") == stored and not any(value in said(run) for value in values.values())
    assert keylift("resume", "--yes", "--with-values", source, cwd=shop, env=env).returncode == 2


def test_an_upload_of_variables_without_their_values_says_which_command_has_them(keylift, shop, uploaded):
    run_id, stored, values = uploaded
    before = shop.files()
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 2 and f"keylift resume --with-values values.env {run_id}" in run.stderr
    run = keylift("resume", "--yes", "--with-values", "environ", cwd=shop)
    assert run.returncode == 2 and "is not set in the environment" in run.stderr and shop.files() == before
    shop.write("values.env", f"OTHER_NAME={values['OTHER_NAME']}\n")
    run = keylift("resume", "--yes", "--with-values", "values.env", cwd=shop)
    assert run.returncode == 2 and "STRIPE_SECRET_KEY: value unknown" in run.stderr


def test_values_are_for_a_run_that_took_some(keylift, shop):
    migrated(keylift, shop)
    interrupt(shop, "stored")
    shop.write("values.env", "A=b\n")
    run = keylift("resume", "--yes", "--with-values", "values.env", cwd=shop)
    assert run.returncode == 2 and "took no values" in run.stderr


@pytest.fixture
def staged(keylift, shop):
    """A run of migrate --staged that has ended: the working tree and the index, before and after it."""
    texts = {name: shop.read(f"shop/{name}.py") for name in ("pay", "mail")}
    for name in texts:
        shop.write(f"shop/{name}.py", "from . import tools\n")
    shop.write(".gitignore", "*.log\n")
    shop.commit()
    for name, text in texts.items():
        shop.write(f"shop/{name}.py", text + "# staged\n")
    shop.git("add", "shop")
    shop.write("shop/pay.py", shop.read("shop/pay.py") + "# an edit that is not staged\n")
    shop.write(".gitignore", "*.log\n*.mine\n")
    before = shop.files(), index(shop)
    run = keylift("migrate", "--yes", "--staged", ".", cwd=shop)
    assert run.returncode == 0, said(run)
    return before, (shop.files(), index(shop))


def index(project):
    return {line.split("\t")[1]: project.git("show", ":" + line.split("\t")[1])
            for line in project.git("ls-files", "--stage").splitlines()}  # fmt: skip


def put_index(project, content):
    """The index as it was; git still has all that was ever staged."""
    for name in index(project):
        if name not in content:
            project.git("update-index", "--force-remove", name)
    for name, text in content.items():
        blob = project.git("hash-object", "-w", "--no-filters", "--stdin", input=text).strip()
        project.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")


STOPPED = [("commit", False), ("start", False), ("stored", False), ("applied", True), ("stage", False), ("commit", True)]


@pytest.mark.parametrize("stopped", some_thorough(STOPPED, 3))
def test_a_run_of_staged_content_is_resumed(keylift, shop, staged, stopped):
    last, tree = stopped
    before, after = staged
    interrupt(shop, last, sources=False)
    put_index(shop, before[1])
    if not tree:  # the vault and .gitignore come before the files
        for name in set(after[0]) - set(before[0]) - {".env"}:
            (shop / name).unlink()
        for name, content in before[0].items():
            if name != ".gitignore" or last == "start":
                shop.write(name, content)
    assert index(shop) == before[1]
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 0, said(run)
    assert index(shop) == after[1] and shop.files() == after[0]
    assert shop.read("shop/pay.py").endswith("# an edit that is not staged\n") and "edit" not in index(shop)["shop/pay.py"]
    assert keylift("resume", "--yes", cwd=shop).returncode == 2
    assert keylift("undo", "--yes", cwd=shop).returncode == 0
    assert shop.read("shop/pay.py") == before[0]["shop/pay.py"].decode()


def test_a_run_of_staged_content_that_misses_its_last_line_alone_is_done(keylift, shop, staged):
    _, after = staged
    interrupt(shop, "applied", sources=False)
    shop.git("update-index", "--force-remove", "shop/env_secrets.py")  # the sources were staged by hand
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 0 and "nothing was left to do" in run.stdout, said(run)
    assert index(shop) == after[1] and shop.files() == after[0]


def test_what_was_staged_since_is_not_taken_back(keylift, shop, staged):
    before, _ = staged
    interrupt(shop, "applied", sources=False)
    put_index(shop, {**before[1], ".gitignore": "*.log\n*.theirs\n"})
    run = keylift("resume", "--yes", cwd=shop)
    assert run.returncode == 2 and ".gitignore" in run.stderr and "keylift migrate --staged" in run.stderr
    assert index(shop)[".gitignore"] == "*.log\n*.theirs\n"
