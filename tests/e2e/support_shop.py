"""A project that is migrated to .env while something goes wrong: what must hold at once, and in the end."""

import shutil

import pytest

import support
from support import made, made_password
from support_calls import run


def make_project(folder, home, values):
    folder.mkdir()
    project = support.Project(folder, home)
    project.git_init()
    project.write(".gitignore", "dist\n")
    project.write(".env.example", "OTHER=\n")
    project.write("requirements.txt", "flask\n")
    project.write("shop/__init__.py", "")
    project.write("shop/pay.py", f'API_KEY = "{values[0]}"\n')
    project.write("shop/mail.py", f'MAIL_PASSWORD = "{values[1]}"\n')
    project.write("main.py", "from shop.mail import MAIL_PASSWORD\nfrom shop.pay import API_KEY\n\n"
                             f'DB_PASSWORD = "{values[2]}"\nprint(API_KEY, MAIL_PASSWORD, DB_PASSWORD)\n')  # fmt: skip
    project.commit()
    return project


def migrate(project, moment):
    return run(project, moment, "migrate", "--yes", ".")


def check_no_secret_is_lost(project, values, moment):
    files = {name: content.decode() for name, content in project.files().items()}
    sources = "".join(content for name, content in files.items() if name.endswith(".py"))
    for value in values:
        assert value in sources or value in files.get(".env", ""), f"moment {moment}: a secret is lost"
        for name, content in files.items():
            if value in content and name != ".env" and not name.endswith(".py"):
                # What a kill leaves beside a target is for its owner alone, until the next run removes it.
                assert name.rsplit("/", 1)[-1].startswith(".keylift-"), f"moment {moment}: a secret is in {name}"
                assert (project / name).stat().st_mode & 0o077 == 0
    for path in project.path.glob(".git/keylift/**/*"):
        if path.is_file():
            assert not any(value.encode() in path.read_bytes() for value in values), f"moment {moment}: {path.name}"


@pytest.fixture
def world(tmp_path, home):
    """(fresh, values, finished): a maker of copies of one project, and what a migration that nobody
    disturbs makes of it: every other one must end the same."""
    values = [made("", 40, seed=1), made_password(24, seed=2), made("", 32, seed=3)]
    template = make_project(tmp_path / "template", home, values)
    before = template.python("main.py").stdout

    def fresh(name):
        shutil.copytree(template.path, tmp_path / name)
        return support.Project(tmp_path / name, home)

    whole = fresh("whole")
    done = migrate(whole, -1)
    assert done.returncode == 0, done.stdout + done.stderr
    finished = whole.files()
    for value in values:
        assert [name for name, content in finished.items() if value.encode() in content] == [".env"]
    assert finished[".gitignore"] == b"dist\n/.env\n"
    assert finished["requirements.txt"].startswith(b"flask\npython-dotenv")
    assert before and whole.python("main.py").stdout == before
    return fresh, values, finished


def without_temps(project):
    return {name: content for name, content in project.files().items() if ".keylift-" not in name}


def resume(project, moment, original, finished):
    """Finishes the run. False where its journal does not say what it was to do, or is not there, yet: then
    nothing may have been done. Also where it was killed after its last line: then everything is."""
    done = run(project, -1, "resume", "--yes")
    if done.returncode != 0:
        assert "no unfinished run" in done.stderr or "same command again" in done.stderr, f"{moment}: {done.stderr}"
        assert without_temps(project) == original or project.files() == finished, f"moment {moment}: {done.stderr}"
        return False
    return True


def undo(project, moment, original):
    back = run(project, -1, "undo", "--yes")
    assert back.returncode == 0, f"moment {moment}: {back.stdout}{back.stderr}"
    after = {name: content for name, content in project.files().items() if name not in (".env", ".gitignore")}
    assert after == {n: c for n, c in original.items() if n != ".gitignore"}, f"moment {moment}"
