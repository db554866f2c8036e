"""Plants secrets into copies of real Python files, between two statements of the module, and into small files of
other formats. Everything is written below one folder of the build, and made anew by each run."""

import ast
import re
import shutil
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from . import places, values

A_FILE = 8  # secrets at most; a file of another format has one
MIN_BYTES, MAX_BYTES = 1_000, 60_000
TEST_PATH = re.compile(r"(^|/)(tests?|testing|examples?|docs?|conftest[^/]*|test_[^/]*|[^/]*_tests?\.py)(/|$)")


@dataclass
class Plant:
    family: str
    kind: str
    place: str
    path: str  # in the planted folder
    first: int  # lines
    last: int


@dataclass
class Planted:
    """What was made: the plants, and where the lines of each copy come from."""

    plants: list = field(default_factory=list)
    sources: dict = field(default_factory=dict)  # path -> path in the corpus
    inserted: dict = field(default_factory=dict)  # path -> [(first line, number of lines)]

    def original_line(self, path, line):
        """The line of the corpus; None where it was planted."""
        before = 0
        for first, count in self.inserted.get(path, []):
            if first <= line < first + count:
                return None
            before += count if first <= line else 0
        return line - before


def gaps(text):
    """The lines before which something can stand: where a statement of the module begins, behind the imports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = ast.parse(text).body
    first = 0
    for i, statement in enumerate(body):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            first = i + 1
    lines = []
    for statement in body[max(first, 1) :]:
        decorators = getattr(statement, "decorator_list", [])
        line = min([statement.lineno, *(d.lineno for d in decorators)])
        if statement.col_offset == 0 and (not lines or line > lines[-1]):
            lines.append(line)
    return lines


class Gardener:
    def __init__(self, chance, corpus, folder):
        self.chance = chance
        self.corpus = Path(corpus)
        self.folder = Path(folder)
        self.tokens = values.Tokens(chance)
        self.out = Planted()
        self.number = 0
        self.sources = self.source_files()

    def source_files(self):
        paths = sorted(str(p.relative_to(self.corpus)) for p in self.corpus.rglob("*.py"))
        paths = [p for p in paths if not TEST_PATH.search(p)]
        self.chance.shuffle(paths)
        return iter(paths)

    def choose(self):
        """A family, a place, and a secret that can be written there."""
        family = self.chance.choice(values.FAMILIES)
        while True:
            if family == values.PROVIDER:
                secret = self.tokens.draw()
                choices = places.PYTHON + places.FILES
                if not secret.name:
                    choices = choices + places.NAMELESS + places.TOKENS_ONLY
            elif family == values.TELLING:
                secret, choices = values.telling(self.chance), places.PYTHON + places.FILES
            elif family == values.SINK:
                secret = values.for_sink(self.chance)
                person = secret.kind in values.PASSWORDS
                choices = [p for p in places.SINKS if not (person and p.takes_key)]
            else:
                secret = values.bare(self.chance)
                choices = [p for p in places.PYTHON if not p.needs_name and p.name != "comment"] + places.NAMELESS
            fitting = [p for p in choices if places.fits(p, secret.value)]
            if family == values.PROVIDER and self.chance.random() < 0.9:
                fitting = [p for p in fitting if not p.needs_name]  # a rule may not see what is encoded
            if fitting:
                return secret, self.chance.choice(fitting)

    def name_of(self, secret, place):
        if secret.name:
            return secret.name if place.file else re.sub(r"\W", "_", secret.name)
        return f"{self.chance.choice(values.ORDINARY_NAMES)}_{self.number}"

    def plant(self, secret, place, path, first, text):
        """Notes it; the secret stands on the lines of the text that hold a piece of it."""
        lines = text.rstrip("\n").split("\n")
        pieces = [secret.value[:8], secret.value[len(secret.value) // 2 :][:8], repr(secret.value)[1:9]]
        if place.name == "decoded from base64":
            pieces = ["b64decode"]
        at = [i for i, line in enumerate(lines) if any(p.split("\n")[0] in line for p in pieces)]
        at = at or [0, len(lines) - 1]
        self.out.plants.append(Plant(secret.family, secret.kind, place.name, path, first + at[0], first + at[-1]))

    def fill(self, source, want):
        """One copy of a Python file with up to `want` secrets; how many it took."""
        text = (self.corpus / source).read_text("utf-8")
        if not MIN_BYTES <= len(text) <= MAX_BYTES or "\r" in text or "\f" in text:
            return 0
        lines = gaps(text)
        chosen = sorted(self.chance.sample(lines, min(want, len(lines), A_FILE)))
        if not chosen:
            return 0
        path = f"python/{len(self.out.sources)}/{Path(source).name}"
        self.out.sources[path], self.out.inserted[path] = source, []
        made, rows, done = [], text.split("\n"), 0
        for line in chosen:
            secret, place = self.choose()
            while place.file:
                secret, place = self.choose()
            self.number += 1
            snippet = places.written(place, self.name_of(secret, place), secret.value, self.number) + "\n"
            made += rows[done : line - 1]
            done = line - 1
            self.plant(secret, place, path, len(made) + 1, snippet)
            block = snippet.split("\n")
            self.out.inserted[path].append((len(made) + 1, len(block)))
            made += block
        made += rows[done:]
        self.write(path, "\n".join(made))
        return len(chosen)

    def other_file(self):
        secret, place = self.choose()
        while not place.file:
            secret, place = self.choose()
        self.number += 1
        path = f"other/{self.number}/{place.file}"
        text = places.written(place, self.name_of(secret, place), secret.value, self.number)
        self.plant(secret, place, path, 1, text)
        self.write(path, text)

    def write(self, path, text):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def plant(chance, corpus, folder, count):
    """`count` secrets, below `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    g = Gardener(chance, corpus, folder)
    others = count // 10
    for _ in range(others):
        g.other_file()
    left = count - others
    while left > 0:
        source = next(g.sources, None)
        if source is None:
            break
        try:
            left -= g.fill(source, min(left, A_FILE))
        except (SyntaxError, UnicodeDecodeError, ValueError):
            continue
    return g.out
