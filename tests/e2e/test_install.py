"""What a person installs must be the program itself, and work from an empty environment."""

import os
import subprocess
import sys
import tarfile

import pytest

import support

# Where distributions look, relative to the prefix.
INSTALLED = {
    "bin/keylift",
    "lib/keylift/keylift-net.so",
    "share/man/man1/keylift.1",
    "share/bash-completion/completions/keylift",
    "share/zsh/site-functions/_keylift",
    "share/fish/vendor_completions.d/keylift.fish",
    "share/doc/keylift/LICENSE",
    *(f"share/doc/keylift/licenses/{path.name}" for path in (support.ROOT / "licenses").iterdir()),
}


def cmake_install(build, *args, env=None):
    subprocess.run(["cmake", "--install", build, *args], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, **(env or {})}, timeout=600)  # fmt: skip


def below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def prefix(tmp_path, release):
    cmake_install(release, "--prefix", tmp_path / "prefix")
    return tmp_path / "prefix"


def run(command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600, **options)


def expect_a_finding(start, project, home):
    """The command finds a secret that was made just now, by the program's own machine code."""
    project.write("a.py", f'TOKEN = "{support.made_stripe_key()}"\n')
    done = run([*start, "scan", "."], cwd=project.path, env=support.clean_env(home))
    assert done.returncode == 1 and "a.py:1" in done.stdout, done.stdout + done.stderr


def new_venv(folder):
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=600)
    return folder / "bin" / "python"


@pytest.mark.slow
def test_cmake_installs_to_a_prefix_what_distributions_expect(prefix, project, home):
    assert below(prefix) == INSTALLED
    expect_a_finding([prefix / "bin" / "keylift"], project, home)


@pytest.mark.slow
def test_cmake_installs_below_destdir(tmp_path, release):
    cmake_install(release, "--prefix", "/usr", "--strip", env={"DESTDIR": str(tmp_path / "stage")})
    assert below(tmp_path / "stage") == {f"usr/{name}" for name in INSTALLED}


@pytest.mark.slow
def test_the_installed_manual_page_shows(prefix):
    support.needs_program("man")
    shown = run(["man", "-P", "cat", "-M", prefix / "share" / "man", "keylift"],
                env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})  # fmt: skip
    assert shown.returncode == 0 and "--staged" in shown.stdout and "EXIT STATUS" in shown.stdout, shown.stderr


# Each shell is started without a user's settings. zsh and fish find the file by their own search (fish only
# for a command that is there); for bash the package bash-completion does, which is not everywhere.
LOADS = {
    "bash": ["--norc", "-c", 'source "$0/share/bash-completion/completions/keylift"; complete -p keylift'],
    "zsh": ["-f", "-c", 'fpath=("$0/share/zsh/site-functions" $fpath); autoload -Uz compinit; compinit -D; '
            'echo $_comps[keylift]; autoload +X _keylift && whence -w _keylift'],
    "fish": ["-c", "complete -C 'keylift mig'"],
}  # fmt: skip
ANSWERS = {"bash": "complete -o filenames -F _keylift keylift", "zsh": "_keylift: function", "fish": "migrate"}


@pytest.mark.slow
@pytest.mark.parametrize("shell", LOADS)
def test_shells_load_the_installed_completion(shell, prefix, home):
    support.needs_program(shell)
    env = support.clean_env(home, PATH=f"{prefix / 'bin'}:{os.environ['PATH']}", XDG_DATA_DIRS=str(prefix / "share"))
    done = run([shell, *LOADS[shell], prefix], env=env)
    assert ANSWERS[shell] in done.stdout and done.stderr == "", done.stdout + done.stderr


@pytest.mark.slow
def test_the_source_archive_builds_from_what_it_carries(tmp_path, home, project, build_env, path_without_npm):
    done = run([sys.executable, "-m", "build", "--sdist", "--outdir", tmp_path / "dist", support.ROOT], env=build_env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (support.ROOT / "grammars").exists()
    [archive] = (tmp_path / "dist").iterdir()
    names = {name.split("/", 1)[1] for name in tarfile.open(archive).getnames() if "/" in name}
    assert {"package-lock.json", ".npmrc", "LICENSE", "grammars/node_modules/tree-sitter-python/LICENSE"} <= names
    assert not [name for name in names if name.startswith((".ci", "build", "tests", "bench"))]

    # No npm, and no place from which it could have fetched anything.
    env = {**build_env, "PATH": path_without_npm, "npm_config_registry": "http://127.0.0.1:9/"}
    env.pop("npm_config_cache")
    python = new_venv(tmp_path / "venv")
    fast = ["--config-settings", "cmake.build-type=Debug", "--config-settings", "cmake.define.CMAKE_C_FLAGS_DEBUG=-O0"]
    done = run([python, "-m", "pip", "install", *fast, archive], env=env, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr

    command = python.parent / "keylift"
    assert command.read_bytes()[:4] in (b"\x7fELF", b"\xcf\xfa\xed\xfe"), "a script stands before the program"
    expect_a_finding([command], project, home)
    expect_a_finding([python, "-m", "keylift"], project, home)
    assert (tmp_path / "venv" / "share" / "man" / "man1" / "keylift.1").exists()


def test_the_hook_definition_runs_an_existing_option(keylift, project):
    project.git_init()
    hooks = (support.ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    entries = [line.split(": ", 1)[1].split() for line in hooks.splitlines() if line.strip().startswith("entry: ")]
    assert [entry[0] for entry in entries] == ["keylift", "keylift"]
    scan, inventory = (entry[1:] for entry in entries)
    project.write("a.py", f'TOKEN = "{support.made_stripe_key()}"\n')
    assert keylift(*scan, cwd=project).returncode == 0  # nothing is staged
    project.git("add", "a.py")
    assert keylift(*scan, cwd=project).returncode == 1
    assert keylift(*inventory, cwd=project).returncode == 0
    project.write("b.py", 'import os\n\nPORT = os.environ["SHOP_PORT"]\n')
    assert keylift(*inventory, cwd=project).returncode == 1
