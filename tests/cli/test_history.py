"""After a migration: since when git has the values that moved, and what is to be revoked."""

import base64
import json
import os
import shutil
import subprocess

import pytest

from support import clean_env, made_aws_id, made_password

DATES = [f"20{year}-03-0{year % 9 + 1}T10:00:00+02:00" for year in range(15, 25)]


def commit(project, number, message="A commit"):
    """Whose author's date is DATES[number]."""
    return project.commit_at(DATES[number], message)


def migrate(keylift, project, *more, **env):
    run = keylift("migrate", "--yes", *more, ".", cwd=project, env=env or None)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return run


def report(keylift, project, *more, **env):
    return json.loads(migrate(keylift, project, "--format", "json", *more, **env).stdout)


def first_commits(result):
    return {entry["name"]: entry["first_commit"] for entry in result["rotate"]}


@pytest.fixture
def repository(project):
    project.git_init()
    project.write("README.md", "x\n")
    commit(project, 0)
    return project


def test_the_first_commit_that_holds_a_value_is_named(keylift, repository):
    key, password = made_aws_id(), made_password()
    repository.write("old/place.py", f'# two\nkey = "{key}"\n')
    first = commit(repository, 1)
    (repository / "old/place.py").unlink()
    repository.write("pay.py", f'shop_key = "{key}"\n')
    commit(repository, 2)
    repository.write("db.py", f'db_password = "{password}"\n')
    second = commit(repository, 3)
    result = report(keylift, repository)
    assert first_commits(result) == {
        "SHOP_KEY": {"commit": first, "date": DATES[1], "path": "old/place.py", "line": 2, "certain": True},
        "DB_PASSWORD": {"commit": second, "date": DATES[3], "path": "db.py", "line": 1, "certain": True},
    }
    assert result["history"]["complete"] and result["history"]["reason"] is None


def test_the_text_says_it_by_provider_with_the_line_that_stores_the_new_value(keylift, repository):
    key = made_aws_id()
    repository.write("pay.py", f'shop_key = "{key}"\n')
    first = commit(repository, 4)
    run = migrate(keylift, repository)
    due = run.stdout.split("Before you push")[1]
    assert "git's history has 1 of these 1 values" in due
    assert "AWS access key id: IAM console" in due and "keylift put SHOP_KEY\n" in due
    assert f"in git since {DATES[4][:10]}, commit {first[:12]}, pay.py" in due
    assert key not in run.stdout + run.stderr


def test_a_value_that_no_commit_has_is_said_to_be(keylift, repository):
    repository.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    repository.git("add", "pay.py")
    run = migrate(keylift, repository, "--staged")
    assert "No commit here has the old values" in run.stdout


@pytest.mark.parametrize("form", [lambda v: base64.b64encode(v.encode()).decode(), lambda v: v.encode().hex(), lambda v: json.dumps({"x": v})])
def test_other_forms_count(keylift, repository, form):
    password = made_password()
    repository.write("k8s.yaml", "x: " + form(password) + "\n")
    first = commit(repository, 1)
    (repository / "k8s.yaml").unlink()
    repository.write("pay.py", f'db_password = "{password}"\n')
    commit(repository, 2)
    assert first_commits(report(keylift, repository))["DB_PASSWORD"]["commit"] == first


def test_other_branches_tags_and_merges_count(keylift, repository):
    keys = [made_aws_id() for _ in range(3)]
    repository.git("checkout", "-qb", "side")
    repository.write("side.py", f"# {keys[0]}\n")
    on_side = commit(repository, 1)
    repository.git("checkout", "-q", "--detach", "main")
    repository.write("tagged.py", f"# {keys[1]}\n")
    tagged = commit(repository, 2)
    repository.git("tag", "old")
    repository.git("checkout", "-q", "main")
    repository.write("main.py", "x = 1\n")
    commit(repository, 3)
    repository.git("merge", "-q", "--no-ff", "--no-commit", "side")
    repository.write("merged.py", f"# {keys[2]}\n")
    merged = commit(repository, 5)
    for name in ("side.py", "merged.py"):
        (repository / name).unlink()
    repository.write("pay.py", "".join(f'key_{i} = "{key}"\n' for i, key in enumerate(keys)))
    commit(repository, 6)
    found = first_commits(report(keylift, repository))
    assert [found[f"KEY_{i}"]["commit"] for i in range(3)] == [on_side, tagged, merged]


def test_no_value_is_an_argument_of_git(keylift, repository, tmp_path):
    key = made_aws_id()
    repository.write("pay.py", f'shop_key = "{key}"\n')
    commit(repository, 1)
    folder, log = tmp_path / "bin", tmp_path / "log"
    folder.mkdir()
    (folder / "git").write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {shutil.which("git")} "$@"\n')
    (folder / "git").chmod(0o755)
    result = report(keylift, repository, PATH=f"{folder}:{os.environ['PATH']}")
    assert first_commits(result)["SHOP_KEY"]
    asked = log.read_text()
    assert "diff-tree" in asked and "cat-file" in asked and key not in asked and " -S" not in asked and " -G" not in asked


def test_no_history_does_not_look(keylift, repository):
    repository.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    commit(repository, 1)
    result = report(keylift, repository, "--no-history")
    assert "history" not in result and first_commits(result) == {"SHOP_KEY": None}


def test_a_shallow_clone_and_a_large_file_are_said_to_be_cut(keylift, repository, tmp_path):
    repository.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    repository.write("big.txt", "x" * (9 << 20))
    commit(repository, 1)
    (repository / "big.txt").unlink()
    commit(repository, 2)
    key = made_aws_id()
    repository.write("more.py", f'more_key = "{key}"\n')  # in no commit
    result = report(keylift, repository, "--allow-dirty")
    assert result["history"] == {"commits": 3, "complete": False, "reason": "large files were not looked at"}
    clone = type(repository)(tmp_path / "clone", repository.home)
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.path}", clone.path)
    clone.write("more.py", f'more_key = "{key}"\n')
    result = report(keylift, clone, "--allow-dirty")
    assert not result["history"]["complete"] and "shallow" in result["history"]["reason"]
    run = migrate_again(keylift, clone)
    assert "No commit here" not in run.stdout


def migrate_again(keylift, project):
    project.write("again.py", f'again_key = "{made_aws_id()}"\n')
    return migrate(keylift, project, "--allow-dirty")


def test_thousands_of_commits_are_read_in_pieces(keylift, project):
    key = made_aws_id()
    project.git_init()
    lines = []
    for i in range(4500):
        text = f"value = {i}\n" + (f'key = "{key}"\n' if i == 3100 else "")
        lines.append(f"commit refs/heads/main\ncommitter T <t@example.invalid> {1500000000 + i} +0000\ndata 1\nx\nM 100644 inline f{i % 7}.py\ndata {len(text)}\n{text}\n")
    project.git("fast-import", "--quiet", input="".join(lines))
    project.git("reset", "-q", "--hard", "main")
    project.write("pay.py", f'shop_key = "{key}"\n')
    found = first_commits(report(keylift, project))["SHOP_KEY"]
    assert found["commit"] == project.git("rev-list", "--reverse", "main").splitlines()[3100]
    assert found["path"] == f"f{3100 % 7}.py" and found["line"] == 2


@pytest.mark.parametrize("name", ["a b.py", "ä.py", "new\nline.py", 'quo"te.py', "C.py"])
def test_odd_paths_are_told_as_they_are(keylift, repository, name):
    key = made_aws_id()
    repository.write(name, f"# {key}\n")
    commit(repository, 1)
    (repository / name).unlink()
    repository.write("pay.py", f'shop_key = "{key}"\n')
    commit(repository, 2)
    assert first_commits(report(keylift, repository))["SHOP_KEY"]["path"] == name


def test_outside_of_git_nothing_is_claimed(keylift, project):
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    run = migrate(keylift, project)
    assert "Whoever had a copy of the code has the values" in run.stdout and "history" not in run.stdout


def test_an_empty_repository_has_no_commit(keylift, project):
    project.git_init()
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    assert "No commit here has the old values" in migrate(keylift, project).stdout


def test_apply_looks_after_too_and_its_put_line_goes_to_the_place_of_the_plan(keylift, repository):
    key = made_aws_id()
    repository.write("secrets/x", "")
    repository.write("requirements.txt", "flask\n")
    repository.write("pay.py", f'shop_key = "{key}"\n')
    first = commit(repository, 1)
    plan = keylift("plan", "-o", "plan.json", "--dotenv-file", "secrets/my env", ".", cwd=repository)
    assert plan.returncode == 0 and "flask\n" == repository.read("requirements.txt"), plan.stdout + plan.stderr
    run = keylift("apply", "--yes", "--dotenv-file", "secrets/my env", "--summary", "summary.md", "plan.json", cwd=repository)
    assert run.returncode == 0, run.stdout + run.stderr
    assert first[:12] in run.stdout and "keylift put SHOP_KEY --to dotenv --dotenv-file 'secrets/my env'" in run.stdout
    assert "python-dotenv" in repository.read("requirements.txt")
    assert first[:12] in repository.read("summary.md") and key not in repository.read("summary.md")


@pytest.mark.parametrize("options, wanted", [
    (["--dotenv-file", "secrets/my env"], "keylift put SHOP_KEY --dotenv-file 'secrets/my env'"),
    (["--prefix", "MY_"], "keylift put MY_SHOP_KEY"),
])  # fmt: skip
def test_the_put_line_goes_to_the_same_place(keylift, project, options, wanted):
    project.write("secrets/x", "")
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    result = report(keylift, project, *options)
    assert result["rotate"][0]["command"] == wanted
    line = result["rotate"][0]["command"].replace("keylift ", f"{keylift.binary} ", 1)
    done = subprocess.run(["sh", "-c", line + " --yes"], cwd=project, input="a-new-value", env=clean_env(keylift.home), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    place = project / ("secrets/my env" if "--dotenv-file" in options else ".env")
    assert "a-new-value" in place.read_text()
