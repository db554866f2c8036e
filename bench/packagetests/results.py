"""The file of results, which a run begins with and adds to, and the tables made of it."""

import collections
import json
import os
import re
from pathlib import Path

WAYS = ("dotenv", "aws")
HIDDEN = "[redacted]"


class Results:
    """{"run": what was asked for, "packages": [what came of it]}, written anew after each package."""

    def __init__(self, path, about):
        self.path, self.about = Path(path), about
        self.packages = {}
        if self.path.exists():
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            for key in ("seed", "sites"):
                if kept["run"][key] != about[key]:
                    raise SystemExit(f"{path} is of another {key}, {kept['run'][key]}: name another file")
            self.packages = {one["package"]: one for one in kept["packages"]}

    def add(self, one):
        self.packages[one["package"]] = one
        partial = self.path.with_name(self.path.name + ".part")
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps({"run": self.about, "packages": list(self.packages.values())}, indent=1) + "\n")
        os.replace(partial, self.path)


def united(paths):
    """(what was asked for, packages) of several files; of one package, the last file's."""
    about, packages = {}, {}
    for path in paths:
        kept = json.loads(Path(path).read_text(encoding="utf-8"))
        about = kept["run"]
        packages.update({one["package"]: one for one in kept["packages"]})
    return about, sorted(packages.values(), key=lambda one: one["package"])


def failed(one):
    return "problem" in one or any("problem" in way or way["changed"] for way in one["ways"].values())


def row(one):
    """The cells of a package."""
    cells = [f"{one['package']} {one['version']}", str(one.get("tests", ""))]
    for way in WAYS:
        found = one["ways"].get(way)
        if found is None or "moved" not in found:
            cells += ["", "", "failed" if found else ""]
        else:
            left = sum(found["left"].values())
            cells += [str(found["moved"]), str(left), "failed" if "problem" in found else str(found["changed"])]
    return cells


def counted_reasons(packages):
    """{way: how often each reason was given}. Names are taken off, and a word that keylift hides in its report,
    since it is a moved literal of this package, is taken from the same reason elsewhere."""
    said = [(way, re.sub(r"^\w+: ", "", reason), number) for one in packages
            for way, found in one["ways"].items() for reason, number in found.get("left", {}).items()]  # fmt: skip
    whole = {reason for _, reason, _ in said if HIDDEN not in reason}
    counted = {way: collections.Counter() for way in WAYS}
    for way, reason, number in said:
        form = re.escape(reason).replace(re.escape(HIDDEN), ".+")
        counted[way][next((one for one in sorted(whole) if re.fullmatch(form, one)), reason)] += number
    return counted


def markdown(about, packages):
    lines = ["| package | tests | dotenv: moved | left | changed | aws: moved | left | changed |",
             "|---|--:|--:|--:|--:|--:|--:|--:|"]  # fmt: skip
    lines += ["| " + " | ".join(row(one)) + " |" for one in packages]
    reasons = counted_reasons(packages)
    lines += ["", "| left because | dotenv | aws |", "|---|--:|--:|"]
    lines += [f"| {reason} | {reasons['dotenv'][reason]} | {reasons['aws'][reason]} |"
              for reason, _ in (reasons["dotenv"] + reasons["aws"]).most_common()]  # fmt: skip
    moved, changed = ({way: sum(one["ways"].get(way, {}).get(key, 0) for one in packages) for way in WAYS}
                      for key in ("moved", "changed"))  # fmt: skip
    tests = sum(one.get("tests", 0) for one in packages)
    lines += ["", f"{len(packages)} packages, {tests} tests; moved {moved['dotenv']} literals to .env and {moved['aws']} to "
              f"Secrets Manager; {changed['dotenv']} and {changed['aws']} tests changed their outcome; "
              f"seed {about['seed']}, {about['sites']} literals a package."]  # fmt: skip
    problems = [f"- {one['package']}, {where}: {found['problem']}" for one in packages
                for where, found in [("before", one), *one["ways"].items()] if "problem" in found]  # fmt: skip
    return "\n".join(lines + ([""] + problems if problems else [])) + "\n"
