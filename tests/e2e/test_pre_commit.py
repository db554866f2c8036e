"""pre-commit itself, with a repository made from this checkout, and with the mirror that installs the wheel on a
machine without compiler or npm."""

import shutil
import subprocess
import sys

import pytest

import support

pytestmark = pytest.mark.slow

CONFIGURATION = "repos:\n  - repo: {repo}\n    rev: {rev}\n    hooks:\n      - id: keylift\n"


def git(*args, cwd, home):
    return subprocess.run(["git", *map(str, args)], cwd=cwd, env=support.clean_env(home), check=True, timeout=120,
                          stdout=subprocess.PIPE, text=True).stdout  # fmt: skip


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A repository with the files of this checkout, those not committed yet included; (path, commit)."""
    folder = tmp_path_factory.mktemp("checkout") / "keylift"
    home = tmp_path_factory.mktemp("home")
    names = git("ls-files", "-co", "--exclude-standard", "-z", cwd=support.ROOT, home=home)
    for name in filter(None, names.split("\0")):
        if (support.ROOT / name).is_file() and not name.startswith("tests/golden/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(support.ROOT / name, folder / name)
    git("init", "-q", "-b", "main", cwd=folder, home=home)
    git("add", "-A", cwd=folder, home=home)
    git("commit", "-q", "-m", "All", cwd=folder, home=home)
    return folder, git("rev-parse", "HEAD", cwd=folder, home=home).strip()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Where pre-commit keeps what it has installed: once for all tests here."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def environment(build_env, store):
    # What the hook does is looked at here, not how fast: that build takes a quarter of the time.
    return {**build_env, "PRE_COMMIT_HOME": str(store), "SKBUILD_CMAKE_BUILD_TYPE": "Debug",
            "SKBUILD_CMAKE_DEFINE": "CMAKE_C_FLAGS_DEBUG=-O0", "VIRTUALENV_NO_PERIODIC_UPDATE": "1"}  # fmt: skip


@pytest.fixture
def repository(project, environment):
    """A user's repository; commit(...) runs git commit as a person does."""
    project.git_init()
    project.write("shop.py", "PRICE = 3\n")
    project.commit()

    def run(*command):
        done = subprocess.run(list(map(str, command)), cwd=project.path, env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=600)  # fmt: skip
        return done.returncode, done.stdout

    project.run = run
    project.pre_commit = lambda *args: run(sys.executable, "-m", "pre_commit", *args)
    return project


@pytest.fixture(scope="module")
def mirror(wheel, tmp_path_factory):
    """(folder, tag, how it was made) of the repository whose hook installs the wheel."""
    folder, version, home = tmp_path_factory.mktemp("mirror") / "keylift", wheel.name.split("-")[1], tmp_path_factory.mktemp("home")
    make = [sys.executable, support.ROOT / "contrib" / "pre-commit-mirror" / "make-mirror", folder]
    subprocess.run(make, check=True, env=support.clean_env(home), stdout=subprocess.DEVNULL, timeout=60)
    assert git("tag", cwd=folder, home=home).split() == [f"v{version}"]
    return folder, f"v{version}", make


@pytest.fixture
def hook(repository, environment, mirror, wheel, path_without_build_tools):
    """The repository has the mirror's hook, on the machine of a teammate who can build nothing."""
    environment["PATH"] = path_without_build_tools
    environment["PIP_FIND_LINKS"] += f" {wheel.parent}"
    repository.write(".pre-commit-config.yaml", CONFIGURATION.format(repo=mirror[0], rev=mirror[1]))
    repository.git("add", ".pre-commit-config.yaml")
    status, output = repository.pre_commit("install", "--install-hooks")
    assert status == 0, output
    repository.git("commit", "-q", "--no-verify", "-m", "A hook")


def expect_refusal(status, output, secret):
    """It says where, shows no secret, fits a terminal, and names the two ways out."""
    assert status == 1, output
    assert "pay.py:1" in output and secret not in output
    assert "keylift migrate --staged" in output and "# keylift: ignore" in output
    ours = [line for line in output.splitlines() if not line.startswith("[INFO] ")]  # pre-commit's, with long paths
    assert max(map(len, ours)) <= 80, output


def test_try_repo_builds_without_npm_and_refuses_a_secret(repository, environment, checkout, path_without_npm):
    """The sources of the grammars come through the package index. try-repo builds anew each time, so what passes
    the installed hook shows."""
    environment["PATH"] = path_without_npm
    secret = support.made_stripe_key()
    repository.write("pay.py", f'API_KEY = "{secret}"\n')
    repository.git("add", "pay.py")
    status, output = repository.pre_commit("try-repo", checkout[0], "keylift", "--color", "never")
    expect_refusal(status, output, secret)


def test_an_installed_hook_refuses_a_commit_until_it_is_mended(repository, hook, keylift):
    secret = support.made_stripe_key()
    head = repository.git("rev-parse", "HEAD")

    repository.write("pay.py", f'API_KEY = "{secret}"\n')
    repository.git("add", "pay.py")
    expect_refusal(*repository.run("git", "commit", "-m", "Pay"), secret)
    # git gives the hook another index when paths are named.
    expect_refusal(*repository.run("git", "commit", "-m", "Pay", "pay.py"), secret)
    assert repository.git("rev-parse", "HEAD") == head

    done = keylift("migrate", "--staged", "--yes", cwd=repository)
    assert done.returncode == 0, done.stdout + done.stderr
    status, output = repository.run("git", "commit", "-m", "Pay")
    assert status == 0, output
    assert secret not in repository.git("show", "HEAD")


def test_an_installed_hook_looks_at_what_is_staged_alone(repository, hook):
    secret = support.made_stripe_key()
    # Not staged, so not in the commit: pre-commit puts it aside and back.
    repository.write("shop.py", f'PRICE = 3\nAPI_KEY = "{secret}"\n')
    repository.write("more.py", "COUNT = 1\n")
    repository.git("add", "more.py")
    status, output = repository.run("git", "commit", "-m", "More")
    assert status == 0, output
    assert secret in repository.read("shop.py")

    # Staged, though the file no longer has it.
    repository.write("pay.py", f'API_KEY = "{secret}"\n')
    repository.git("add", "pay.py")
    repository.write("pay.py", "API_KEY = None\n")
    expect_refusal(*repository.run("git", "commit", "-m", "Pay"), secret)

    # A false alarm is silenced on its line.
    repository.write("pay.py", f'API_KEY = "{secret}"  # keylift: ignore\n')
    repository.git("add", "pay.py")
    status, output = repository.run("git", "commit", "-m", "Pay")
    assert status == 0, output


def test_run_all_files_reads_what_was_committed_before_the_hook(repository, hook):
    """What continuous integration runs. Nothing is staged then, and "Passed" must not mean that nothing was read."""
    status, output = repository.pre_commit("run", "--all-files")
    assert status == 0 and "Passed" in output, output

    secret = support.made_stripe_key()
    repository.write("pay.py", f'API_KEY = "{secret}"\n')
    repository.commit()
    status, output = repository.pre_commit("run")
    assert status == 0 and "Skipped" in output, output
    status, output = repository.pre_commit("run", "--all-files")
    assert status == 1 and "pay.py:1" in output and "keylift migrate ." in output and secret not in output, output
    assert max(map(len, output.splitlines())) <= 80, output


def test_the_mirror_takes_the_next_version_as_a_commit_and_a_tag(mirror, home):
    folder, tag, make = mirror
    subprocess.run([*make, "9.9.9"], check=True, env=support.clean_env(home), stdout=subprocess.DEVNULL, timeout=60)
    assert git("tag", cwd=folder, home=home).split() == [tag, "v9.9.9"]
    assert "keylift==9.9.9" in (folder / "pyproject.toml").read_text("utf-8")
    again = subprocess.run([*make, "9.9.9"], env=support.clean_env(home), stderr=subprocess.PIPE, text=True, timeout=60)
    assert again.returncode == 1 and "already" in again.stderr
