"""One package: its tests before, then in each way of migrating after it, then undone."""

import collections
import contextlib
import json
import os
import shutil
import subprocess
import tarfile
import time
import zipfile
from pathlib import Path

from packagetests import environment, literals, outcomes

MIGRATE_S = 900
SHOWN = 20  # tests that changed are listed up to here


def plain_members(archive):
    """Files and folders that stay inside (`filter="data"` is newer than Debian's Python 3.11.2), and that are ours:
    git does not touch a repository in another's folder."""
    for member in archive:
        path = Path(member.name)
        if (member.isfile() or member.isdir()) and not path.is_absolute() and ".." not in path.parts:
            member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
            yield member


def unpack(package, sources, folder):
    """The package's source, fresh, at this place."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    given = sources / package.folder
    if given.is_dir():
        shutil.copytree(given, folder)
        return
    partial = folder.with_name(folder.name + ".part")
    shutil.rmtree(partial, ignore_errors=True)
    if given.with_name(package.folder + ".zip").exists():
        with zipfile.ZipFile(given.with_name(package.folder + ".zip")) as archive:
            archive.extractall(partial)
    else:
        with tarfile.open(given.with_name(package.folder + ".tar.gz")) as archive:
            archive.extractall(partial, members=plain_members(archive))
    next(path for path in partial.iterdir() if path.is_dir()).rename(folder)
    partial.rmdir()


def repository(folder):
    """An empty repository there, as git would make one: keylift's journal lies in it, apart from every other run's."""
    for name in ("objects", "refs"):
        (folder / ".git" / name).mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / ".git" / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = false\n")


def content(folder):
    """{path: bytes} of everything but the repository."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*")
            if path.is_file() and ".git" not in path.relative_to(folder).parts}  # fmt: skip


def way_options(way, package, url):
    if way == "dotenv":
        return ["--to", "dotenv", "--style", "module"]
    return ["--to", "aws", "--style", "module", "--prefix", f"{package.folder}/", "--endpoint", url]


class Trial:
    def __init__(self, package, run, url):
        self.package, self.run, self.url = package, run, url
        self.home = run.work / "run" / package.folder
        self.about = self.home / "about"
        self.env = {**environment.plain(self.home / "home"), **environment.credentials(url)}

    def tests(self, source):
        return outcomes.run_tests(self.run.python, self.package, source, self.about, self.env, self.run.clock,
                                  self.run.test_timeout)  # fmt: skip

    def keylift(self, source, *arguments):
        """(status, stdout, stderr)"""
        done = outcomes.run([str(self.run.keylift), *arguments], self.run.clock, MIGRATE_S, cwd=source, env=self.env,
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        return done or (None, "", f"not ended after {MIGRATE_S} s")

    def result(self):
        """What the table and the JSON say of this package."""
        shutil.rmtree(self.home, ignore_errors=True)
        for folder in (self.about, self.home / "home"):
            folder.mkdir(parents=True)
        source = self.home / "source"
        unpack(self.package, self.run.sources, source)
        outcomes.metadata(self.package, source, self.about)
        found = {"package": self.package.name, "version": self.package.version, "ways": {}}
        if not outcomes.imported_from(self.run.python, self.package, source, self.about, self.env, self.run.clock):
            return {**found, "problem": "the tests would not import the source folder's code"}
        begun = time.monotonic()
        first = self.tests(source)
        found["test_seconds"] = round(time.monotonic() - begun, 1)
        second = self.tests(source) if first else None
        if first is None or (first and second is None):
            return {**found, "problem": f"its own tests take longer than {self.run.test_timeout} s"}
        stable = {name: outcome for name, outcome in first.items()
                  if second.get(name) == outcome and not any(word in name for word in self.package.left_out)}  # fmt: skip
        if "passed" not in stable.values():
            return {**found, "problem": "its own tests do not run here"}
        found["tests"] = len(stable)
        found["passed"] = sum(outcome == "passed" for outcome in stable.values())
        for way in self.run.ways:
            unpack(self.package, self.run.sources, source)
            repository(source)
            found["ways"][way] = self.migrated(way, source, stable)
        if not any(failures(one) for one in found["ways"].values()):
            shutil.rmtree(self.home)  # a failure's folder stays, to be looked at
        return found

    def migrated(self, way, source, stable):
        original = content(source)
        sites, due = literals.chosen(self.package, source, self.run.sites, self.run.seed)
        options = [*way_options(way, self.package, self.url), *(word for site in sites for word in ("--site", site))]
        status, out, said = self.keylift(source, "migrate", "--no-config", "--yes", "--format", "json", *options, ".")
        if status not in (0, 1):
            return {"problem": f"migrate ended with {status}: {said.strip()[-500:]}"}
        report = json.loads(out)
        moved, left = ([site for site in report[key] if site["rule"] == "site"] for key in ("sites", "left"))
        found = {"moved": len(moved), "left": dict(collections.Counter(site["reason"] for site in left).most_common())}
        if len(moved) + len(left) < due:
            found["problem"] = f"{due} literals asked for, {len(moved) + len(left)} answered for"
        after = self.tests(source)
        changed = [name for name, outcome in stable.items() if (after or {}).get(name) != outcome]
        if changed and after is not None:  # once more: what depends on time or threads is not the rewrite's doing
            again = self.tests(source) or {}
            changed = [name for name in changed if again.get(name) != stable[name]]
        if after is None:
            found["problem"] = f"the tests took longer than {self.run.test_timeout} s, before they did not"
            changed = []
        found["changed"] = len(changed)
        found["which"] = [f"{name}: {stable[name]} before, {after.get(name, 'not run')} after" for name in changed[:SHOWN]]
        if failures(found):
            shutil.copytree(source, self.home / f"migrated-{way}", symlinks=True)
            with contextlib.suppress(FileNotFoundError):
                shutil.copy(self.about / "report.xml", self.home / f"report-{way}.xml")
        if moved:
            status, _, said = self.keylift(source, "undo", "--no-config", "--yes", *(["--endpoint", self.url] if way == "aws" else []))
        else:  # there is no run to take back
            status, said = 0, ""
        now = content(source)
        # .env keeps its values, as every vault does, and so its line in .gitignore stays.
        not_back = [name for name, was in original.items() if now.get(name) != was
                    and not (name == ".gitignore" and now.get(name, b"").startswith(was))]  # fmt: skip
        if status != 0 or not_back:
            found.setdefault("problem", f"undo ended with {status}, not as before: {not_back[:5]} {said.strip()[-300:]}")
        return found


def failures(one):
    """How many failures this way of migrating had."""
    return one.get("changed", 0) + ("problem" in one)
