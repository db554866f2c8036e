"""--to environ --setting-lines FILE, as a user has it: the lines, loaded in the shell, let the migration go on."""

import os
import stat
import subprocess

import pytest

import support


@pytest.fixture
def shop(project):
    value = support.made_password() + "'$x\\"
    project.git_init()
    project.write("app.py", f"DB_PASSWORD = {value!r}\nprint(DB_PASSWORD)\n")
    project.commit()
    return project, value


def test_the_lines_that_are_missing_let_the_migration_go_on(shop, keylift, home, tmp_path):
    project, value = shop
    lines = tmp_path / "set.sh"
    done = keylift("plan", "--to", "environ", "--setting-lines", lines, cwd=project)
    assert done.returncode == 1 and str(lines) in done.stdout + done.stderr
    assert value not in done.stdout + done.stderr
    assert stat.S_IMODE(os.stat(lines).st_mode) == 0o600
    env = support.clean_env(home)
    script = f'. "{lines}" && "{support.BINARY}" migrate --to environ --yes . && python3 app.py'
    done = subprocess.run(["sh", "-ec", script], cwd=project, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(value + "\n")
    assert value not in project.read("app.py") and value not in done.stderr


def test_a_file_that_is_there_or_would_be_committed_is_refused(shop, keylift, tmp_path):
    project, value = shop
    there = tmp_path / "there.sh"
    there.write_text("mine\n")
    for file, words in ((there, "is there already"), (project / "new.sh", "does not ignore"), (tmp_path / "x.txt", ".fish"),
                        (tmp_path / "no" / "x.sh", "no folder")):  # fmt: skip
        done = keylift("plan", "--to", "environ", "--setting-lines", file, cwd=project)
        assert done.returncode == 2 and words in done.stderr, done.stderr
        assert value not in done.stdout + done.stderr
    assert there.read_text() == "mine\n" and not (project / "new.sh").exists()


def test_what_a_shell_cannot_say_is_refused_by_name(shop, keylift, tmp_path):
    project, _ = shop
    project.write("app.py", f"DB_PASSWORD = {support.made_password() + chr(34)!r}\n")
    project.commit()
    file = tmp_path / "set.cmd"
    done = keylift("plan", "--to", "environ", "--setting-lines", file, cwd=project)
    assert "cmd cannot set a double quote" in done.stdout + done.stderr and not file.exists()
