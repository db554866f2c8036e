"""husky and lefthook, the real ones from npm, with what the README says to write down for them."""

import os
import re
import subprocess

import pytest

import support

PACKAGES = support.BUILD / "npm/node_modules"
COLOURS = re.compile(r"\x1b\[[\d;]*m")


def snippet(name):
    """The block of the README that begins with `# NAME`, as one copies it."""
    readme = (support.ROOT / "README.md").read_text("utf-8")
    block = re.search(rf"^    # {re.escape(name)}\n((?:    .*\n)+)", readme, re.M)
    return re.sub("^    ", "", block[1], flags=re.M)


# How each is set up by its own documentation, once its package is installed, and the file that we say to change.
MANAGERS = {"husky": (["husky", "init"], ".husky/pre-commit"), "lefthook": (["lefthook", "install"], "lefthook.yml")}


def run(project, *command):
    """As a user does it, with keylift in PATH; (status, what a person sees)."""
    env = support.clean_env(project.home, NO_COLOR="1")
    env["PATH"] = f"{support.BINARY.parent}{os.pathsep}{env['PATH']}"
    done = subprocess.run(command, cwd=project, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120)  # fmt: skip
    return done.returncode, COLOURS.sub("", done.stdout)


def set_up(project, manager):
    support.needs_program("npx")
    project.git_init()
    (project.path / "node_modules").symlink_to(PACKAGES)
    project.write(".gitignore", "node_modules\n")
    project.write("package.json", '{"name": "shop", "version": "1.0.0", "private": true, "scripts": {"test": "true"}}\n')
    status, said = run(project, "npx", "--no-install", *MANAGERS[manager][0])
    assert status == 0, said


@pytest.fixture(params=MANAGERS)
def repository(request, project):
    """A repository with this manager, and our lines where the README says."""
    # lefthook takes its configuration from the file, husky the file for the hook itself.
    file = MANAGERS[request.param][1]
    if request.param == "lefthook":
        project.write(file, snippet(file))
    set_up(project, request.param)
    project.write(file, snippet(file))
    project.write("shop.py", "PRICE = 3\n")
    project.commit()
    return project


def stage(project, name, text):
    project.write(name, text)
    project.git("add", name)


@pytest.mark.slow
def test_a_commit_with_a_secret_is_refused_and_every_other_passes(repository):
    secret, head = support.made_stripe_key(), repository.git("rev-parse", "HEAD")
    stage(repository, "pay.py", f'API_KEY = "{secret}"\n')
    status, said = run(repository, "git", "commit", "-m", "Pay")
    assert status != 0 and repository.git("rev-parse", "HEAD") == head, said
    assert "pay.py:1" in said and "keylift migrate --staged" in said and "# keylift: ignore" in said
    assert secret not in said and max(map(len, said.splitlines())) <= 80, said

    def passes(*command):
        status, said = run(repository, "git", *command)
        assert status == 0 and "Secret" not in said, said

    stage(repository, "pay.py", "COUNT = 1\n")
    passes("commit", "-m", "Pay")
    passes("commit", "--amend", "-m", "Pay, amended")
    passes("commit", "--allow-empty", "-m", "Nothing")
    repository.git("rm", "-q", "pay.py")
    passes("commit", "-m", "Only a deletion")

    repository.git("checkout", "-q", "-b", "topic")
    stage(repository, "shop.py", "PRICE = 4\n")
    passes("commit", "-m", "Theirs")
    repository.git("checkout", "-q", "main")
    stage(repository, "shop.py", "PRICE = 5\n")
    passes("commit", "-m", "Ours")
    assert run(repository, "git", "merge", "topic")[0] == 1
    stage(repository, "shop.py", "PRICE = 6\n")
    passes("commit", "--no-edit")
    assert len(repository.git("log", "-1", "--format=%P").split()) == 2


def test_install_hook_writes_into_the_hook_that_husky_made(keylift, project):
    set_up(project, "husky")
    hook, own = project / ".husky/pre-commit", project.read(".husky/pre-commit")
    done = keylift("install-hook", cwd=project)
    assert done.returncode == 0 and "From now on .husky/pre-commit looks for secrets" in done.stdout, done.stderr
    once = hook.read_text()
    assert once.endswith(own) and "already" in keylift("install-hook", cwd=project).stdout and hook.read_text() == once

    stage(project, "pay.py", f'API_KEY = "{support.made_stripe_key()}"\n')
    status, said = run(project, "git", "commit", "-m", "Pay")
    assert status != 0 and "pay.py:1" in said
    stage(project, "pay.py", "COUNT = 1\n")
    status, said = run(project, "git", "commit", "-m", "Pay")
    assert status == 0, said

    keylift("install-hook", "--remove", cwd=project)
    assert hook.read_text() == own
