"""Runs of programs, measured one after the other, in turn."""

import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from measuring.table import number

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build"


class Run(NamedTuple):
    wall: float  # seconds
    cpu: float  # seconds
    peak: float  # MiB
    status: int
    printed: str


class Command(NamedTuple):
    words: list
    once: bool = False  # what takes minutes: one run tells enough
    cwd: str | None = None
    status: tuple = (0, 1)  # what is no failure


class FailedError(Exception):
    """Why there is no figure."""


def spawner():
    """The small program that runs another one and measures it."""
    binary, source = BUILD / "bench-spawn", HERE / "spawn.c"
    if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
        BUILD.mkdir(exist_ok=True)
        made = binary.with_suffix(f".{os.getpid()}")  # of its own: tests make it side by side
        subprocess.run([os.environ.get("CC", "cc"), "-O2", "-o", made, source], check=True)
        made.replace(binary)
    return str(binary)


def measure(command, seconds=None):
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        result, printed = Path(folder, "result"), Path(folder, "printed")
        with printed.open("wb") as out:
            try:
                subprocess.run([spawner(), result, *command.words], stdin=subprocess.DEVNULL, stdout=out,
                               stderr=subprocess.DEVNULL, check=True, timeout=seconds, cwd=command.cwd)  # fmt: skip
            except subprocess.TimeoutExpired:
                raise FailedError(f"not done in {seconds} seconds") from None
        wall, cpu, peak, status = map(int, result.read_text().split())
        if status not in command.status:
            raise FailedError(f"ended with status {status}")
        return Run(wall / 1e9, cpu / 1e6, peak / 1024, status, printed.read_text("utf-8", "replace"))


def in_turn(commands, runs, seconds):
    """All commands, run after run: {name: [Run]}, and {name: why} of those that failed."""
    results, failed = {name: [] for name in commands}, {}
    for _ in range(runs):
        for name, command in commands.items():
            if name in failed or command.once and results[name]:
                continue
            try:
                results[name].append(measure(command, seconds))
            except FailedError as why:
                failed[name] = str(why)
                del results[name]
    return results, failed


def median(runs, what):
    return statistics.median(getattr(run, what) for run in runs)


def spread(values, digits):
    """The median, and from which to which."""
    return (f"{number(statistics.median(values), digits)} "
            f"({number(min(values), digits)}-{number(max(values), digits)})")  # fmt: skip


def ratios(runs, base):
    """Of the wall times, run by run; what was run once is compared with each."""
    if len(runs) == 1:
        return [runs[0].wall / other.wall for other in base]
    return [one.wall / other.wall for one, other in zip(runs, base)]
