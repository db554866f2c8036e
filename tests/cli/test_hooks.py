"""install-hook, and the hooks that it writes, run by git itself."""

import json
import os
import subprocess

import pytest

from support import BINARY, Project, clean_env, made

BLOCK = "# >>> keylift >>>"


def secret(name, number):
    return f'{name} = "{made("", 36, seed=number)}"\n'


@pytest.fixture
def repository(project):
    project.git_init()
    (project.path / ".git/hooks").mkdir(exist_ok=True)
    project.write("README.md", "x\n")
    project.commit()
    return project


def git(project, *args, path=True, **env):
    """As a user runs it, with keylift in PATH or without."""
    env = clean_env(project.home, **env)
    if path:
        env["PATH"] = f"{BINARY.parent}{os.pathsep}{env['PATH']}"
    return subprocess.run(["git", *args], cwd=project, env=env, capture_output=True, text=True, timeout=120)


def install(keylift, project, *args, status=0):
    run = keylift("install-hook", *args, cwd=project)
    assert run.returncode == status, run.stdout + run.stderr
    return run


def stage(project, name, text):
    project.write(name, text)
    project.git("add", name)


def head(project):
    return project.git("rev-parse", "HEAD").strip()


def test_a_commit_with_a_secret_is_refused_and_one_without_is_not_noticed(keylift, repository):
    assert "From now on .git/hooks/pre-commit looks for secrets" in install(keylift, repository).stdout
    before = head(repository)
    stage(repository, "a.py", secret("API_SECRET", 1))
    run = git(repository, "commit", "-m", "no")
    assert run.returncode == 1 and head(repository) == before
    said = run.stdout + run.stderr
    assert "a.py:1:14" in said and "keylift migrate --staged" in said and "# keylift: ignore" in said
    assert made("", 36, seed=1) not in said and max(map(len, said.splitlines())) <= 80
    stage(repository, "a.py", "x = 1\n")
    run = git(repository, "commit", "-qm", "yes")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    for how in (("--allow-empty", "-m", "empty"), ("--amend", "--allow-empty", "-m", "amended")):
        assert git(repository, "commit", "-q", *how).returncode == 0
    repository.git("rm", "-q", "a.py")
    run = git(repository, "commit", "-qm", "only a deletion")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def staged(keylift, project, *options):
    run = keylift("scan", "--staged", "--format", "json", *options, cwd=project)
    result = json.loads(run.stdout)
    return {f["name"]: f["line"] for f in result["findings"]}, result["stats"]["known"]


def test_of_what_is_staged_only_what_the_commit_brings_is_told(keylift, repository):
    stage(repository, "old.py", secret("OLD_SECRET", 1) + secret("OTHER_SECRET", 2))
    stage(repository, "gone.py", secret("GONE_SECRET", 5))
    repository.commit()
    assert staged(keylift, repository) == ({}, 0)
    stage(repository, "old.py", "# moved\nif True:\n    " + secret("OLD_SECRET", 1) + secret("OTHER_SECRET", 3))
    assert staged(keylift, repository) == ({"OTHER_SECRET": 4}, 1)
    assert staged(keylift, repository, "--whole-files") == ({"OLD_SECRET": 3, "OTHER_SECRET": 4}, 0)
    stage(repository, "old.py", secret("OLD_SECRET", 1) + secret("COPIED_SECRET", 1) + secret("OTHER_SECRET", 2))
    assert staged(keylift, repository) == ({"COPIED_SECRET": 2}, 2)
    repository.git("reset", "-q", "--hard")
    repository.git("mv", "gone.py", "elsewhere.py")
    assert staged(keylift, repository) == ({}, 1)
    stage(repository, "new.py", secret("OLD_SECRET", 1))
    assert staged(keylift, repository) == ({"OLD_SECRET": 1}, 1)
    text = keylift("scan", "--staged", cwd=repository).stdout
    assert "1 is in the commit before already (--whole-files shows what)" in text


def test_of_files_that_are_named_to_the_hook_those_not_staged_are_read_whole(keylift, repository):
    """`pre-commit run --all-files` names all files, a commit those that it changes."""
    stage(repository, "old.py", secret("API_SECRET", 1))
    stage(repository, "edited.py", secret("KNOWN_SECRET", 2))
    repository.commit()

    def hook(*names):
        run = keylift("scan", "--hook", "pre-commit", "--format", "json", *names, cwd=repository)
        found = json.loads(run.stdout)
        return run.returncode, sorted(f["name"] for f in found["findings"]), [e["path"] for e in found["errors"]]

    assert hook() == (0, [], [])
    assert hook("README.md", "./old.py", "edited.py", "old.py") == (1, ["API_SECRET", "KNOWN_SECRET"], [])
    assert hook("README.md") == (0, [], [])
    text = keylift("scan", "--hook", "pre-commit", "old.py", cwd=repository).stdout
    assert "Next: keylift migrate .\n" in text
    assert keylift("scan", "--hook", "pre-commit", "README.md", cwd=repository).stdout == ""

    stage(repository, "edited.py", secret("KNOWN_SECRET", 2) + secret("NEW_SECRET", 3))
    stage(repository, "other.py", secret("OTHER_SECRET", 4))
    assert hook("edited.py") == (1, ["NEW_SECRET"], [])
    assert hook("edited.py", "old.py") == (1, ["API_SECRET", "NEW_SECRET"], [])
    assert hook("old.py", "untracked.py") == (2, ["API_SECRET"], ["untracked.py"])
    text = keylift("scan", "--hook", "pre-commit", "old.py", "edited.py", cwd=repository).stdout
    assert "Next: keylift migrate --staged .\n" in text


def test_a_merge_is_asked_for_what_it_brings_itself(keylift, repository):
    repository.git("branch", "-M", "main")
    stage(repository, "a.py", "x = 1\n")
    repository.commit()
    repository.git("checkout", "-q", "-b", "topic")
    stage(repository, "theirs.py", secret("THEIR_SECRET", 1))
    stage(repository, "a.py", "x = 2\n" + secret("THEIR_OTHER_SECRET", 2))
    repository.commit()
    repository.git("checkout", "-q", "main")
    stage(repository, "a.py", "x = 3\n")
    repository.commit()
    install(keylift, repository)
    assert git(repository, "merge", "topic").returncode == 1
    stage(repository, "a.py", "x = 4\n" + secret("THEIR_OTHER_SECRET", 2) + secret("MERGE_SECRET", 3))
    assert staged(keylift, repository) == ({"MERGE_SECRET": 3}, 1)
    assert git(repository, "commit", "--no-edit").returncode == 1
    stage(repository, "a.py", "x = 4\n" + secret("THEIR_OTHER_SECRET", 2))
    assert git(repository, "commit", "-q", "--no-edit").returncode == 0


def test_without_keylift_the_commit_fails_and_says_so(keylift, repository):
    install(keylift, repository)
    stage(repository, "a.py", "x = 1\n")
    run = git(repository, "commit", "-qm", "no", path=False)
    assert run.returncode != 0 and "keylift is not there" in run.stderr and ".git/hooks/pre-commit" in run.stderr


@pytest.mark.parametrize("shell", ["#!/bin/sh", "#!/usr/bin/env bash"])
def test_what_a_hook_did_it_still_does(keylift, repository, shell):
    own = f'{shell}\n# ours\necho "ours ran" >ran.txt\nexec true\n'
    path = repository.path / ".git/hooks/pre-commit"
    path.write_text(own)
    path.chmod(0o750)
    install(keylift, repository)
    assert path.stat().st_mode & 0o777 == 0o750
    assert path.read_text().startswith(f"{shell}\n{BLOCK}") and path.read_text().endswith(own[len(shell) + 1 :])
    once = path.read_bytes()
    assert "already" in install(keylift, repository).stdout and path.read_bytes() == once
    stage(repository, "a.py", secret("API_SECRET", 1))
    assert git(repository, "commit", "-m", "no").returncode == 1 and not (repository / "ran.txt").exists()
    stage(repository, "a.py", "x = 1\n")
    assert git(repository, "commit", "-m", "yes").returncode == 0 and (repository / "ran.txt").exists()
    assert "Took keylift out" in install(keylift, repository, "--remove").stdout
    assert path.read_text() == own
    assert "is not in" in install(keylift, repository, "--remove").stdout


def test_a_hook_of_its_own_goes_with_it(keylift, repository):
    path = repository.path / ".git/hooks/pre-commit"
    install(keylift, repository)
    assert path.exists()
    install(keylift, repository, "--remove")
    assert not path.exists()


@pytest.mark.parametrize(
    "content, mode, said",
    [
        ("#!/usr/bin/env python3\nprint(1)\n", 0o755, "is no shell script"),
        ("\x7fELF", 0o755, "is no shell script"),
        ("#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n", 0o755, ".pre-commit-config.yaml"),
        ("#!/bin/sh\nlefthook run pre-commit\n", 0o755, "lefthook.yml"),
        ("#!/bin/sh\necho off\n", 0o644, "is not executable"),
    ],
)
def test_hooks_of_others_are_left_alone_with_the_reason(keylift, repository, content, mode, said):
    path = repository.path / ".git/hooks/pre-commit"
    path.write_text(content)
    path.chmod(mode)
    assert said in install(keylift, repository, status=2).stderr
    assert path.read_text() == content


def test_the_configured_folder_is_used_and_a_shared_one_is_not(keylift, repository, tmp_path):
    repository.git("config", "core.hooksPath", "tools/hooks")
    install(keylift, repository)
    assert (repository / "tools/hooks/pre-commit").exists()
    repository.git("config", "core.hooksPath", ".husky/_")
    (repository.path / ".husky/_").mkdir(parents=True)
    install(keylift, repository)
    assert (repository / ".husky/pre-commit").exists() and not list((repository.path / ".husky/_").iterdir())
    shared = tmp_path / "shared"
    shared.mkdir()
    repository.git("config", "core.hooksPath", str(shared))
    run = install(keylift, repository, status=2)
    assert str(shared) in run.stderr and "keylift scan --hook pre-commit" in run.stderr and not list(shared.iterdir())


def test_a_work_tree_has_the_hooks_of_its_repository(keylift, repository, tmp_path, home):
    repository.git("worktree", "add", "-q", str(tmp_path / "tree"), "-b", "other")
    tree = Project(tmp_path / "tree", home)
    install(keylift, tree)
    stage(tree, "a.py", secret("API_SECRET", 1))
    assert git(tree, "commit", "-m", "no").returncode == 1
    assert (repository / ".git/hooks/pre-commit").exists()


def test_what_is_no_repository_or_no_hook_is_an_error(keylift, repository, tmp_path):
    run = keylift("install-hook", cwd=tmp_path)
    assert run.returncode == 2 and "needs a git repository" in run.stderr
    run = keylift("install-hook", "commit-msg", cwd=repository)
    assert run.returncode == 2 and "pre-commit, pre-push or pre-receive" in run.stderr


@pytest.fixture
def server(tmp_path, home, repository):
    project = Project(tmp_path / "server.git", home)
    repository.git("init", "-q", "--bare", str(project.path))
    repository.git("remote", "add", "origin", str(project.path))
    repository.git("branch", "-M", "main")
    repository.git("push", "-q", "origin", "main")
    return project


def refs(project):
    return project.git("for-each-ref", "--format=%(refname) %(objectname)")


def commit_with(project, name, text):
    project.write(name, text)
    project.commit()


def test_a_push_is_refused_for_what_its_commits_brought(keylift, repository, server):
    commit_with(repository, "old.py", secret("KNOWN_SECRET", 9))
    repository.git("push", "-q", "origin", "main")
    own = repository.path / ".git/hooks/pre-push"
    own.write_text('#!/bin/sh\nwhile read -r local id remote other; do echo "$local $remote" >>seen.txt; done\n')
    own.chmod(0o755)
    install(keylift, repository, "pre-push")
    before = refs(server)
    commit_with(repository, "a.py", secret("PUSHED_SECRET", 1))
    commit_with(repository, "a.py", "x = 1\n")
    run = git(repository, "push", "origin", "main")
    assert run.returncode != 0 and refs(server) == before
    assert "PUSHED_SECRET" in run.stdout + run.stderr and "KNOWN_SECRET" not in run.stdout + run.stderr
    assert "no longer there" in run.stdout + run.stderr and "git rebase -i" in run.stdout + run.stderr
    assert not (repository / "seen.txt").exists()
    repository.git("reset", "-q", "--hard", "origin/main")
    commit_with(repository, "b.py", "y = 2\n")
    assert git(repository, "push", "-q", "origin", "main", "main:other").returncode == 0
    assert (repository / "seen.txt").read_text().splitlines() == [
        "refs/heads/main refs/heads/main", "refs/heads/main refs/heads/other"
    ]  # fmt: skip
    assert git(repository, "push", "-q", "origin", ":other").returncode == 0
    commit_with(repository, "c.py", secret("NEW_BRANCH_SECRET", 2))
    repository.git("branch", "topic")
    run = git(repository, "push", "origin", "topic")
    assert run.returncode != 0 and "NEW_BRANCH_SECRET" in run.stdout + run.stderr
    assert "KNOWN_SECRET" not in run.stdout + run.stderr and "and still there" in run.stdout + run.stderr


def test_a_server_refuses_a_push_before_anybody_can_fetch_it(keylift, repository, server):
    commit_with(repository, "old.py", secret("KNOWN_SECRET", 9))
    repository.git("push", "-q", "origin", "main")
    assert "hooks/pre-receive" in install(keylift, server, "pre-receive").stdout
    before = refs(server)
    commit_with(repository, "a.py", secret("PUSHED_SECRET", 1))
    run = git(repository, "push", "origin", "main:refs/heads/new", "main")
    assert run.returncode != 0 and refs(server) == before
    assert "PUSHED_SECRET" in run.stderr and "KNOWN_SECRET" not in run.stderr and made("", 36, seed=1) not in run.stderr
    repository.git("reset", "-q", "--hard", "origin/main")
    commit_with(repository, "b.py", "y = 2\n")
    assert git(repository, "push", "-q", "origin", "main", "main:refs/heads/new").returncode == 0
    assert git(repository, "push", "-q", "origin", ":refs/heads/new").returncode == 0


def test_lines_that_git_does_not_write_are_an_error(keylift, repository):
    for hook, text in (("pre-push", "a b c\n"), ("pre-receive", "x y z\n"), ("pre-push", "r " + "g" * 40 + " r " + "0" * 40 + "\n")):
        run = keylift("scan", "--hook", hook, cwd=repository, input=text)
        assert run.returncode == 2 and "does not write to this hook" in run.stderr
    for options in (("--hook", "pre-push", "a.py"), ("--hook", "pre-commit", "--staged"), ("--remote", "origin")):
        assert keylift("scan", *options, cwd=repository).returncode == 2


def test_a_hook_that_cannot_read_says_so_and_fails(keylift, repository):
    install(keylift, repository)
    stage(repository, "a.py", secret("API_SECRET", 1))
    run = keylift("scan", "--hook", "pre-commit", cwd=repository)
    assert run.returncode == 1
    for path in (repository / ".git/objects").glob("??/*"):
        path.unlink()
    run = keylift("scan", "--hook", "pre-commit", cwd=repository)
    assert run.returncode == 2 and "a.py: its staged content is not in this repository" in run.stdout
    assert "No secrets found in what could be read" in run.stdout
    repository.write(".git/index", b"no index")
    run = keylift("scan", "--hook", "pre-commit", cwd=repository)
    assert run.returncode == 2 and "git cannot list what is staged: " in run.stdout and "index" in run.stdout
    outside = keylift("scan", "--staged", cwd=repository.path.parent)
    assert outside.returncode == 2 and "--staged needs a git repository here" in outside.stdout
