"""The packages that are migrated: bench/packages.txt."""

import dataclasses
from pathlib import Path

LIST = Path(__file__).resolve().parent.parent / "packages.txt"


@dataclasses.dataclass(frozen=True)
class Package:
    name: str
    version: str
    tests: tuple[str, ...]  # paths in the source archive that pytest is given
    imports: str  # the folder that must be on sys.path
    modules: tuple[str, ...]  # in that folder: packages or files whose literals are moved
    needs: tuple[str, ...]  # what its tests need and its metadata do not say
    left_out: tuple[str, ...]  # tests whose name holds one of these are not compared

    @property
    def folder(self):
        return f"{self.name}-{self.version}"


def packages(path=LIST):
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        name, _, version = words[0].partition("==")
        tests, imports, modules = words[1], words[2], words[3]
        found.append(
            Package(
                name, version, tuple(tests.split(",")), imports, tuple(modules.split(",")),
                tuple(word for word in words[4:] if not word.startswith("!")),
                tuple(word[1:] for word in words[4:] if word.startswith("!")),
            )  # fmt: skip
        )
    return found
