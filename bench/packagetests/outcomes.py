"""Runs a package's own tests, and what came of each."""

import contextlib
import email.parser
import os
import signal
import subprocess
import time
import tomllib
import xml.etree.ElementTree as ElementTree


class OutOfTimeError(Exception):
    """The whole run's time is used up."""


class Clock:
    """The time that is left for everything."""

    def __init__(self, limit):
        self.end = time.monotonic() + limit if limit else None

    def at_most(self, seconds):
        if self.end is None:
            return seconds
        left = self.end - time.monotonic()
        if left <= 0:
            raise OutOfTimeError
        return min(seconds, left)


def run(command, clock, limit, **more):
    """(status, stdout, stderr), or None at the limit; then what it started is ended, too."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, **more)
    try:
        out, err = process.communicate(timeout=clock.at_most(limit))
        return process.returncode, out, err
    except subprocess.TimeoutExpired:
        clock.at_most(1)
        return None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def metadata(package, source, folder):
    """Puts what an installer would have written about the package into a folder for PYTHONPATH."""
    info = folder / f"{package.name.replace('-', '_')}-{package.version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    plain = source / "PKG-INFO"
    text = plain.read_text(encoding="utf-8", errors="replace") if plain.exists() else ""
    if not email.parser.HeaderParser().parsestr(text).get("Name"):
        text = f"Metadata-Version: 2.1\nName: {package.name}\nVersion: {package.version}\n"
    (info / "METADATA").write_text(text, encoding="utf-8")
    points = {}
    if (source / "pyproject.toml").exists():
        project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
        points = {"console_scripts": project.get("scripts", {}), **project.get("entry-points", {})}
    lines = [f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in found.items())
             for group, found in points.items()]  # fmt: skip
    for given in [*source.glob("*.egg-info/entry_points.txt"), *source.glob("*/*.egg-info/entry_points.txt")][:1]:
        lines = [given.read_text(encoding="utf-8")]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


def path_of(package, source, about):
    return os.pathsep.join([str(source / package.imports), str(about)])


def imported_from(python, package, source, about, env, clock):
    """Whether Python finds the package's modules in the source folder, and not an installed copy."""
    names = [module.removesuffix(".py").replace("/", ".") for module in package.modules]
    code = ("import importlib.util, sys\nfor name in sys.argv[1:]:\n    spec = importlib.util.find_spec(name)\n"
            "    print(spec.origin or list(spec.submodule_search_locations)[0])")  # fmt: skip
    done = run([python, "-c", code, *names], clock, 60, cwd=about, text=True, stdout=subprocess.PIPE,
               stderr=subprocess.DEVNULL, env={**env, "PYTHONPATH": path_of(package, source, about)})  # fmt: skip
    return bool(done) and not done[0] and all(line.startswith(str(source)) for line in done[1].split("\n") if line)


def run_tests(python, package, source, about, env, clock, limit):
    """{test: outcome}; None when it took too long."""
    report = about / "report.xml"
    report.unlink(missing_ok=True)
    # The project's own options and filters of warnings ask for plugins, and make errors of what an SDK warns of.
    done = run([python, "-m", "pytest", "-q", "--continue-on-collection-errors", "-o", "addopts=", "-o",
                "filterwarnings=", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist",
                f"--junitxml={report}", *package.tests], clock, limit, cwd=source,
               env={**env, "PYTHONPATH": path_of(package, source, about)},
               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    if done is None:
        return None
    found = {}
    if report.exists():
        for case in ElementTree.parse(report).iter("testcase"):
            kinds = sorted(child.tag for child in case if child.tag in ("failure", "error", "skipped"))
            found[f"{case.get('classname')}::{case.get('name')}"] = ",".join(kinds) or "passed"
    return found
