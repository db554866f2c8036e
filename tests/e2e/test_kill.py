"""keylift itself, killed at every call that changes a file: no secret is lost, the program runs the
same, and the next migration finishes the work."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import support
from support import made, made_password

SHIM = Path(os.environ.get("KEYLIFT_KILLSHIM", support.BINARY.parent / "tests" / "tools" / "killshim.so"))
MOST = 2000


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
    env = support.clean_env(project.home, KEYLIFT_KILL_AT=str(moment), LD_PRELOAD=str(SHIM),
                            ASAN_OPTIONS="verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", ""))  # fmt: skip
    return subprocess.run([str(support.BINARY), "migrate", "--yes", "."], cwd=project.path, env=env,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)  # fmt: skip


def check_after_kill(project, values, moment):
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


@pytest.mark.slow
def test_a_kill_at_any_moment_loses_nothing(tmp_path, home):
    assert SHIM.exists(), f"{SHIM} is not built; ./test builds it, or set KEYLIFT_KILLSHIM"
    values = [made("", 40, seed=1), made_password(24, seed=2), made("", 32, seed=3)]
    template = make_project(tmp_path / "template", home, values)
    before = template.python("main.py").stdout

    def fresh(name):
        shutil.copytree(template.path, tmp_path / name)
        return support.Project(tmp_path / name, home)

    # What a migration that nobody disturbs makes of it: every other one must end the same.
    whole = fresh("whole")
    run = migrate(whole, -1)
    assert run.returncode == 0, run.stdout + run.stderr
    finished = whole.files()
    for value in values:
        assert [name for name, content in finished.items() if value.encode() in content] == [".env"]
    assert finished[".gitignore"] == b"dist\n/.env\n"
    assert finished["requirements.txt"].startswith(b"flask\npython-dotenv")
    assert before and whole.python("main.py").stdout == before

    for moment in range(MOST):
        project = fresh(f"at{moment}")
        killed = migrate(project, moment)
        if killed.returncode >= 0:
            assert killed.returncode == 0, killed.stderr
            break
        check_after_kill(project, values, moment)
        again = migrate(project, -1)
        assert again.returncode == 0, f"moment {moment}: {again.stdout}{again.stderr}"
        assert project.files() == finished, f"moment {moment}"
        shutil.rmtree(project.path)
    else:
        pytest.fail("the migration never ended")
    assert moment > 100, "the calls are not caught"
