"""--env-reads with a .env file, where the code's reads stay as they are and the file is loaded before them."""

import json

import pytest

import support


def migrate(keylift, project, *more, status=0, command="migrate"):
    done = keylift(command, "--to", "dotenv", *more, *(["--yes"] if command == "migrate" else []), ".", cwd=project)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def app(project, **values):
    project.write("app.py", 'import os\n\nprint("key:", os.environ.get("API_KEY"))\n')
    project.write("pyproject.toml", '[project]\nname = "shop"\n')
    if values:
        project.write(".env", "".join(f"{name}={value}\n" for name, value in values.items()))


def test_with_a_dotenv_file_no_read_is_touched_unless_it_is_asked_for(keylift, project):
    app(project, API_KEY="abcdef")
    before = project.files()
    migrate(keylift, project)
    migrate(keylift, project, "--env-reads", "none")
    assert project.files() == before


def test_a_dotenv_file_is_loaded_for_the_reads_of_its_names(keylift, project):
    app(project, API_KEY="abcdef")
    before = project.files()
    migrate(keylift, project, "--env-reads", "secrets", "--dotenv-file", ".env")
    text = project.read("app.py")
    assert "load_dotenv(" in text and 'os.environ.get("API_KEY")' in text
    done = project.python("app.py", env={"PYTHONPATH": str(support.package_folder("python-dotenv==1.0.1"))})
    assert done.stdout == "key: abcdef\n"
    moved = project.files()
    migrate(keylift, project, "--env-reads", "secrets", "--dotenv-file", ".env")
    assert project.files() == moved
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    assert {name: project.files()[name] for name in before} == before


def test_reads_through_the_written_module_are_left_alone_by_a_second_run(keylift, project):
    """`from .env_secrets import environ` has loaded the file: a read of os.environ below it needs nothing more."""
    project.write("pyproject.toml", '[project]\nname = "shop"\n')
    project.write("shop/__init__.py", "")
    project.write("shop/pay.py", f'import os\nfrom . import mail\nAPI_KEY = "{support.made("", 40)}"\nother = os.environ.get("OTHER_TOKEN")\n')
    project.write("shop/mail.py", f'import os\n\nother = os.getenv("OTHER_TOKEN")\nMAIL_PASSWORD = "{support.made_password()}"\n')
    project.write(".env", "OTHER_TOKEN=abcdef\n")
    words = ["--style", "module", "--env-reads", "secrets", "--dotenv-file", ".env"]
    migrate(keylift, project, *words)
    moved = project.files()
    assert b'environ["API_KEY"]' in moved["shop/pay.py"] and b'environ["MAIL_PASSWORD"]' in moved["shop/mail.py"]
    assert "nothing to move" in migrate(keylift, project, *words)
    assert project.files() == moved
    # Another secret of the same name does not take the name that these reads have.
    project.write("shop/late.py", f'API_KEY = "{support.made("", 40)}"\n')
    migrate(keylift, project, *words)
    assert {name: data for name, data in project.files().items() if name in ("shop/pay.py", "shop/mail.py")} == {
        name: moved[name] for name in ("shop/pay.py", "shop/mail.py")}  # fmt: skip
    assert 'environ["API_KEY"]' not in project.read("shop/late.py")


def test_a_name_that_the_dotenv_file_lacks_stays(keylift, project):
    app(project, OTHER="x")
    before = project.files()
    out = migrate(keylift, project, "--env-reads", "secrets", "--dotenv-file", ".env", status=1)
    assert "value unknown" in out and "keylift put API_KEY" in " ".join(out.split())
    assert project.files() == before


def test_reads_of_the_environment_need_nothing_where_the_environment_is_the_vault(keylift, project):
    app(project)
    before = project.files()
    done = keylift("migrate", "--to", "environ", "--env-reads", "all", "--yes", ".", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.files() == before


def test_staged_mends_literals_alone(keylift, project):
    app(project, API_KEY="abcdef")
    project.git_init()
    project.commit()
    done = keylift("migrate", "--staged", "--env-reads", "secrets", "--yes", cwd=project)
    assert done.returncode == 2 and "exclude each other" in done.stderr


@pytest.mark.parametrize("change", [
    lambda read: read.update(start=10**9),
    lambda read: read.update(name="OTHER_NAME"),
    lambda read: read.pop("line"),
])  # fmt: skip
def test_a_plan_whose_reads_were_changed_is_refused(keylift, project, change):
    app(project, API_KEY="abcdef")
    migrate(keylift, project, "--env-reads", "secrets", "--dotenv-file", ".env", "-o", "plan.json", command="plan")
    plan = json.loads(project.read("plan.json"))
    [read] = plan["files"][0]["reads"]
    assert "abcdef" not in project.read("plan.json")
    change(read)
    project.write("plan.json", json.dumps(plan))
    before = project.files()
    assert keylift("apply", "plan.json", "--dotenv-file", ".env", "--yes", cwd=project).returncode == 2
    assert project.files() == before


def test_a_plan_with_reads_does_what_migrate_does(keylift, project):
    app(project, API_KEY="abcdef")
    migrate(keylift, project, "--env-reads", "secrets", "--dotenv-file", ".env", "-o", "plan.json", command="plan")
    assert keylift("apply", "plan.json", "--dotenv-file", ".env", "--yes", cwd=project).returncode == 0
    applied = project.read("app.py")
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    migrate(keylift, project, "--env-reads", "secrets", "--dotenv-file", ".env")
    assert project.read("app.py") == applied


def test_a_run_that_was_interrupted_is_resumed(keylift, project):
    app(project, API_KEY="abcdef")
    project.write(".gitignore", ".env\n")
    project.git_init().commit()
    migrate(keylift, project, "--env-reads", "secrets", "--dotenv-file", ".env")
    finished = project.files()
    [journal] = (project / ".git/keylift/runs").glob("*.jsonl")
    lines = journal.read_text().splitlines(keepends=True)
    started = [json.loads(line)["step"] for line in lines].index("start")
    journal.write_text("".join(lines[: started + 1]))
    assert "abcdef" not in "".join(lines)
    project.git("checkout", "--", ".")
    project.git("clean", "-q", "-f")
    done = keylift("resume", "--yes", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.files() == finished


def test_a_read_that_somebody_silenced_is_not_touched(keylift, project):
    app(project, API_KEY="abcdef")
    project.write("app.py", project.read("app.py").rstrip() + "  # keylift: ignore\n")
    before = project.files()
    assert "1 silenced" in migrate(keylift, project, "--env-reads", "secrets", "--dotenv-file", ".env")
    assert project.files() == before
