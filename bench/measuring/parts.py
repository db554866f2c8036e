"""The parts of bench/run: each gives its table."""

import json
import os
import subprocess
import time
from pathlib import Path

from peers import AbsentError, install, tools

from measuring import history, inputs
from measuring.process import Command, FailedError, in_turn, measure, median, ratios, spread
from measuring.table import Table, number

PEERS = ("ruff", "betterleaks", "kingfisher", "gitleaks")
MINUTES = ("gitleaks",)  # what takes minutes on a large tree, and is run once there
FEW = 5  # runs at most of what takes seconds each


class Bench:
    """What all parts share: the programs, and where inputs and reports are put."""

    def __init__(self, keylift, corpus, work, runs, seconds, wanted=PEERS):
        self.keylift, self.corpus, self.work = str(Path(keylift).resolve()), corpus, Path(work)
        self.runs, self.seconds = runs, seconds
        self.programs, self.versions, self.absent = {}, {}, {}
        self.work.mkdir(parents=True, exist_ok=True)
        said = subprocess.run([self.keylift, "--version"], stdout=subprocess.PIPE, text=True, check=True)
        self.versions["keylift"] = said.stdout.split("\n")[0].removeprefix("keylift").strip()
        for name in wanted:
            try:
                self.programs[name] = install.program(name)
                self.versions[name] = install.version(name, self.programs[name])
            except AbsentError as why:
                self.absent[name] = str(why)

    def ours(self, *words, **more):
        return Command([self.keylift, "scan", "--no-config", "--format", "json", *map(str, words)], **more)

    def out(self, name):
        return self.work / f"{name.replace(' ', '-')}.json"

    def theirs(self, name, template, path, label=None, **more):
        return Command(tools.command(self.programs[name], template, path, self.out(label or name)),
                       status=tools.TOOLS[name].status, **more)  # fmt: skip

    def reported(self, label, path, runs):
        """The number of the tool's reports in its last run."""
        name = label.split()[0]
        if name == "keylift":
            return number(len(json.loads(runs[-1].printed)["findings"]), 0)
        return number(len(tools.read(tools.TOOLS[name], path, self.out(label), runs[-1].printed)), 0)

    def table(self, title, columns, note=""):
        table = Table(title, columns, note)
        for name, why in self.absent.items():
            table.leave_out(name, why)
        return table


def compare(bench, table, commands, path, runs):
    """Rows of wall, processor time, memory, reports, and the wall time as a multiple of keylift's."""
    for name in commands:
        bench.out(name).unlink(missing_ok=True)
    measure(next(iter(commands.values())), bench.seconds)  # the page cache is warm after it
    results, failed = in_turn(commands, runs, bench.seconds)
    base = next(iter(results.values()))
    for name, of in results.items():
        try:
            reported = bench.reported(name, path, of)
        except AbsentError as why:
            reported = str(why)
        table.add(name, len(of), number(median(of, "wall"), 2), number(median(of, "cpu"), 2),
                  number(max(run.peak for run in of), 0), reported, spread(ratios(of, base), 1))  # fmt: skip
    for name, why in failed.items():
        table.leave_out(name, why)
    return table


COMPARED = ["tool", "runs", "wall s", "CPU s", "peak MiB", "reports", "wall / keylift (min-max)"]


def corpus(bench):
    size = sum(path.stat().st_size for path in Path(bench.corpus).rglob("*.py"))
    table = bench.table("The corpus", COMPARED, f"{size / 1e6:.0f} MB of Python, page cache warm.")
    commands = {"keylift": bench.ours(bench.corpus)}
    for name in bench.programs:
        commands[name] = bench.theirs(name, tools.TOOLS[name].folder, bench.corpus, once=name in MINUTES)
    return [compare(bench, table, commands, bench.corpus, bench.runs)]


def one_file(bench):
    """A start of each: what a hook costs."""
    repository = inputs.staged_repository(bench.work / "staged")
    path = str(repository / "settings.py")
    commands = {
        "/bin/true": Command(["/bin/true"]),
        "keylift FILE": bench.ours(path),
        "keylift --staged": bench.ours("--staged", cwd=str(repository)),
    }
    for name in bench.programs:
        tool = tools.TOOLS[name]
        commands[f"{name} FILE"] = bench.theirs(name, tool.folder, path, f"{name} FILE")
        if tool.staged:
            label = f"{name} --staged"
            commands[label] = bench.theirs(name, tool.staged, str(repository), label, cwd=str(repository))
    table = bench.table("One file of six lines", ["tool", "runs", "wall ms", "ms above /bin/true (min-max)", "MiB above /bin/true"],
                        "From fork to exit, warm. The file is staged in a repository that holds nothing else.")  # fmt: skip
    for command in commands.values():
        try:
            measure(command, bench.seconds)
        except FailedError:
            continue  # it is named below
    results, failed = in_turn(commands, max(30, bench.runs), bench.seconds)
    base = results["/bin/true"]
    for name, of in results.items():
        above = [1000 * (run.wall - other.wall) for run, other in zip(of, base)]
        table.add(name, len(of), number(1000 * median(of, "wall"), 2), spread(above, 2),
                  number(median(of, "peak") - median(base, "peak"), 1))  # fmt: skip
    for name, why in failed.items():
        table.leave_out(name, why)
    return [table]


def whole_history(bench):
    tables = []
    for project, repository, commits in history.repositories(bench.work / "history"):
        table = bench.table(f"History of {project}", COMPARED, f"{commits} releases, a commit each; "
                            f"commit {history.git(repository, 'rev-parse', 'HEAD')[:12]}.")  # fmt: skip
        commands = {"keylift": bench.ours("--history", cwd=str(repository))}
        for name in bench.programs:
            template = tools.TOOLS[name].history
            if template:
                commands[name] = bench.theirs(name, template, str(repository), cwd=str(repository))
        tables.append(compare(bench, table, commands, repository, min(bench.runs, FEW)))
    return tables


def scale(bench):
    """Whether twice the bytes take twice the time, and the same memory."""
    size = sum(path.stat().st_size for path in Path(bench.corpus).rglob("*.py"))
    folders = inputs.copies(bench.corpus, bench.work / "copies", 8)
    counts = (1, 2, 4, 8)
    commands = {f"{n} ×": bench.ours("--report-env", "none", *folders[:n]) for n in counts}
    table = Table("Proportionality", ["corpus", "runs", "wall s", "peak MiB", "ns a byte", "against 1 × (min-max)"],
                  "Copies by hard links: the walk sees them all, the disk keeps one.")  # fmt: skip
    measure(commands["8 ×"], bench.seconds)
    results, failed = in_turn(commands, min(bench.runs, FEW), bench.seconds)
    base = results["1 ×"]
    for n, (name, of) in zip(counts, results.items()):
        table.add(name, len(of), number(median(of, "wall"), 2), number(max(run.peak for run in of), 0),
                  number(1e9 * median(of, "wall") / (n * size), 2),
                  spread([ratio / n for ratio in ratios(of, base)], 2))  # fmt: skip
    for name, why in failed.items():
        table.leave_out(name, why)
    return [table]


def said_of(report):
    """What a report says of what it could not read, or else that everything was read."""
    errors = report.get("errors", [])
    stats = report["stats"]
    if errors:
        message = errors[0].get("message") or str(errors[0])
        return message.replace(os.sep.join(["d"] * 20), "…")[:160]
    return f"{stats['files']:,} files, {stats['bytes'] / 1e6:,.0f} MB read"


def extremes(bench):
    """Each is made, scanned and removed, so that only one takes its space."""
    table = Table("Extremes", ["input", "status", "wall s", "peak MiB", "what keylift says"])
    for name, make in inputs.EXTREMES.items():
        folder = inputs.fresh(bench.work / "extreme")
        try:
            make(folder)
            run = measure(bench.ours(folder, status=(0, 1, 2)), bench.seconds)
            table.add(name, run.status, number(run.wall, 2), number(run.peak, 0), said_of(json.loads(run.printed)))
        except (FailedError, OSError) as why:
            table.leave_out(name, why)
        finally:
            inputs.remove(folder)
    return [table]


def exhaustive(bench):
    """Every rule on every string must find what the quick way finds."""
    table = Table("Exhaustive", ["way", "wall s", "findings", "same"])
    expected = None
    for words in ((), ("--exhaustive",)):
        begin = time.monotonic()
        found = tools.run_keylift(bench.keylift, bench.corpus, *words)[0]
        took = time.monotonic() - begin
        found = sorted(json.dumps(f, sort_keys=True) for f in found)
        expected = found if expected is None else expected
        table.add(" ".join(["keylift scan", *words]), number(took, 2), number(len(found), 0), "yes" if found == expected else "NO")
    return [table]


PARTS = {"corpus": corpus, "file": one_file, "history": whole_history, "scale": scale, "extremes": extremes,
         "exhaustive": exhaustive}  # fmt: skip
NEED_CORPUS = {"corpus", "scale", "exhaustive"}
