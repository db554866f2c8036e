"""What the tests share: running keylift, making projects, making values that look like secrets.

Nothing here looks like a token in this file: values are made when a test runs, so that no scanner
(ours or another) reports the repository.
"""

import contextlib
import fcntl
import itertools
import json
import os
import random
import re
import shutil
import signal
import string
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get("KEYLIFT_BUILD", ROOT / "build"))
BINARY = Path(os.environ.get("KEYLIFT_BIN", BUILD / "dev" / "keylift")).resolve()
FOUND_PYTHONS = "KEYLIFT_TEST_PYTHONS"


def needs_program(name):
    """Skips the test where this program is missing. `./test` installs all of them, and takes no skip for a pass."""
    if shutil.which(name) is None:
        pytest.skip(f"no {name}")


def some_thorough(cases, step):
    """Of many cases that run the same code, `./test quick` and the sanitizers take every step-th."""
    return [pytest.param(case, marks=[] if i % step == 0 else [pytest.mark.thorough]) for i, case in enumerate(cases)]


# What the tests draw at random they draw from this seed and their own names: the same in every run, so that a
# red run is about the change. `./test soak` sets another seed, and draws TIMES as many; `./test quick` a fraction.
SEED = int(os.environ.get("KEYLIFT_TEST_SEED", "0"))
TIMES = float(os.environ.get("KEYLIFT_TEST_TIMES", "1"))


def times(count):
    """As many as this run draws where the full run draws `count`."""
    return max(1, round(count * TIMES))


_drawing = {"test": "", "count": itertools.count()}


def test_begins(name):
    """For conftest.py: what chance() gives from here on depends on the name of the test."""
    _drawing.update(test=name, count=itertools.count())


def chance():
    """A generator of random numbers for the test that runs; each call gives another."""
    return random.Random(f"{SEED} {_drawing['test']} {next(_drawing['count'])}")


# Variables that a child may have from us. Everything else is left behind: a test must not depend on
# the credentials, proxies or git settings of whoever runs it.
KEPT = ("PATH", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH")


def clean_env(home, **more):
    """A scrubbed environment with its own HOME and a fixed locale, time zone and git identity."""
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    env.update(
        HOME=str(home),
        LANG="C.UTF-8",
        TZ="UTC",
        GIT_CONFIG_NOSYSTEM="1",
        GIT_AUTHOR_NAME="Test",
        GIT_AUTHOR_EMAIL="test@example.invalid",
        GIT_COMMITTER_NAME="Test",
        GIT_COMMITTER_EMAIL="test@example.invalid",
        PYTHONDONTWRITEBYTECODE="1",
        GIT_TEMPLATE_DIR="",  # no fifteen samples of hooks in each repository
    )
    env.update(more)
    return {name: value for name, value in env.items() if value is not None}


def prepared(preparation):
    """The begin of a command line, which runs this Python and becomes the program named after it.

    In place of preexec_fn, which forks a process with threads: gRPC's handlers of fork end such a child.
    """
    code = f"import fcntl, os, sys, termios; {preparation}; os.execvp(sys.argv[1], sys.argv[1:])"
    return [sys.executable, "-ISc", code]


# What a background shell starts ignores SIGINT, and so do its children.
INTERRUPTIBLE = ["env", "--default-signal=INT"]


class Keylift:
    """keylift("scan", ".", cwd=folder) -> CompletedProcess with str output.

    Bytes that are not UTF-8 come as surrogate escapes. Standard input is empty unless given. A run that
    does not end within `timeout` seconds fails the test; the bound is against hangs, not for speed.
    """

    def __init__(self, home, binary=BINARY, user=None):
        self.home = Path(home)
        self.binary = str(binary)
        self.user = user  # who runs it; None for whoever runs the test

    def __call__(self, *args, cwd=None, input="", env=None, timeout=120):
        if isinstance(input, str):
            input = input.encode("utf-8", "surrogateescape")
        done = subprocess.run(
            [self.binary, *map(os.fspath, args)],
            cwd=cwd,
            input=input,
            env=clean_env(self.home, **(env or {})),
            timeout=timeout,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            user=self.user,
        )
        done.stdout = done.stdout.decode("utf-8", "surrogateescape")
        done.stderr = done.stderr.decode("utf-8", "surrogateescape")
        assert done.returncode >= 0, f"keylift {args} died of signal {-done.returncode}: {done.stderr}"
        return done


class Project:
    """A folder with files, and a git repository when asked for."""

    def __init__(self, path, home):
        self.path = Path(path)
        self.home = Path(home)

    def __fspath__(self):
        return str(self.path)

    def __truediv__(self, name):
        return self.path / name

    def write(self, name, content):
        """Writes text (as UTF-8, line ends as given) or bytes; makes parent folders."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return target

    def read(self, name):
        return (self.path / name).read_bytes().decode("utf-8")

    def files(self):
        """{relative path: bytes} of everything but the git directory: to see that nothing changed."""
        found = {}
        for path in sorted(self.path.rglob("*")):
            relative = path.relative_to(self.path)
            if relative.parts[0] != ".git" and path.is_file():
                found[str(relative)] = path.read_bytes()
        return found

    def git(self, *args, input=None, **variables):
        """Runs git in the project; its standard output."""
        return subprocess.run(
            ["git", *map(str, args)], cwd=self.path, env=clean_env(self.home, **variables), input=input, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
        ).stdout  # fmt: skip

    def git_init(self):
        self.git("init", "-q", "-b", "main")
        return self

    def commit(self, message="A commit"):
        self.git("add", "-A")
        self.git("commit", "-q", "--no-verify", "-m", message)
        return self

    def commit_at(self, date, message="A commit"):
        """Commits all that is there, if anything is new or not, with the author's date; the commit's id."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, GIT_AUTHOR_DATE=date, GIT_COMMITTER_DATE=date)
        return self.git("rev-parse", "HEAD").strip()

    def python(self, *args, env=None, python=sys.executable, timeout=120):
        """Runs Python in the project with the scrubbed environment; CompletedProcess with text."""
        return subprocess.run(
            [python, *map(str, args)], cwd=self.path, env=clean_env(self.home, **(env or {})),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout,
        )  # fmt: skip


ALNUM = string.ascii_letters + string.digits


def made(prefix="", length=32, alphabet=ALNUM, seed=None):
    """A value with the shape of a token: `prefix` and `length` random characters, which depend on chance() or
    on the seed alone. Write prefixes of real providers in two parts: made("AK" + "IA", 16, ...)."""
    source = random.Random(seed) if seed is not None else chance()
    return prefix + "".join(source.choice(alphabet) for _ in range(length))


def made_aws_id(seed=None):
    """Of the older kind, which holds no number of an account."""
    return made("AK" + "IAJ", 15, string.ascii_uppercase + "234567", seed)


def made_stripe_key(seed=None):
    return made("sk_" + "live_", 24, ALNUM, seed)


def made_password(length=20, seed=None):
    """No quotes, backslashes or blanks, so that it can stand in any literal; letters, digits and signs."""
    return made("", length - 4, ALNUM, seed) + "q7" + "Z" + "9"


MAKERS = {"aws-id": made_aws_id, "stripe-key": made_stripe_key, "password": made_password}


def expand(data):
    """With a value for each «kind seed», «password 3», that stands in a file of tests/golden. Bytes that are no
    UTF-8 stay as they are, and so do line ends."""
    text = data.decode("utf-8", "surrogateescape")
    text = re.sub("«([a-z-]+) ([0-9]+)»", lambda m: MAKERS[m[1]](seed=int(m[2])) if m[1] in MAKERS else m[0], text)
    return text.encode("utf-8", "surrogateescape")


@contextlib.contextmanager
def alone(name):
    """One test process at a time in this block: what all of them share in the build folder is made once."""
    with open(BUILD / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def package_folder(requirement):
    """A folder with exactly this package ("python-dotenv==1.0.1"), for PYTHONPATH. Installed once, into
    the build folder, without its dependencies."""
    folder = BUILD / "packages" / requirement.replace("==", "-")
    if not folder.exists():
        partial = folder.with_name(folder.name + f".{os.getpid()}.partial")
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "--target", str(partial),
             requirement], check=True, timeout=600,
        )  # fmt: skip
        _put_in_place(partial, folder)
    return folder


def source_archive(requirement):
    """The unpacked source archive of a package, from PyPI, once. Copy it before you change it."""
    folder = BUILD / "sources" / requirement.replace("==", "-")
    if not folder.exists():
        partial = folder.with_name(folder.name + f".{os.getpid()}.partial")
        partial.mkdir(parents=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:",
             "--no-build-isolation", "-d", str(partial), requirement], check=True, timeout=600,
        )  # fmt: skip
        [archive] = list(partial.iterdir())
        shutil.unpack_archive(archive, partial / "unpacked")
        [inner] = list((partial / "unpacked").iterdir())
        _put_in_place(inner, folder)
        shutil.rmtree(partial)
    return folder


def _put_in_place(partial, folder):
    try:
        partial.rename(folder)
    except OSError:  # another test process was faster
        shutil.rmtree(partial)


def pythons():
    """The CPythons of this machine as {(3, 13): path}: those in PATH, and pyenv's where it is used. Looked for
    by the first process of a run, and handed on to those that it starts."""
    if FOUND_PYTHONS not in os.environ:
        os.environ[FOUND_PYTHONS] = json.dumps([[*version, str(path)] for version, path in _find_pythons().items()])
    return {(major, minor): Path(path) for major, minor, path in json.loads(os.environ[FOUND_PYTHONS])}


def _find_pythons():
    found = {}
    folders = [Path(p) for p in os.environ.get("PATH", "").split(":") if p]
    pyenv = os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv"
    folders += sorted(Path(pyenv).glob("versions/*/bin"))
    for minor in range(8, 20):
        for folder in folders:
            path = folder / f"python3.{minor}"
            if os.access(path, os.X_OK) and _runs(path, minor):
                found[3, minor] = path
                break
    found.setdefault(sys.version_info[:2], Path(sys.executable))
    return found


def _runs(path, minor):
    """pyenv's shims exist for versions that are not active, and then fail."""
    command = [str(path), "-c", "import sys; print(sys.version_info[1], sys.implementation.name)"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=30)
    return done.returncode == 0 and done.stdout.split() == [str(minor), "cpython"]


def newest_python():
    """(version, path) of the newest CPython of this machine."""
    found = pythons()
    return max(found.items())
