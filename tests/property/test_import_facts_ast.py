"""The import statements that decide where a module lands are those that CPython sees: over the whole standard
library and every package of this environment, and over spellings that nobody writes."""

import ast
import json
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path

import support

TOOL = support.BINARY.parent / "tests" / "tools" / "importtool"
FOLDERS = [Path(sysconfig.get_paths()["stdlib"]), *map(Path, {p for p in sys.path if p.endswith("site-packages")})]
MOST = support.times(500)


def expected(source):
    """[(dots, module, symbol, line, stands at the start of a line)], as ast has them; None for no Python."""
    found = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, node.col_offset, i, 0, a.name, None) for i, a in enumerate(node.names)]
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, node.col_offset, i, node.level, node.module or "", a.name)
                      for i, a in enumerate(node.names)]  # fmt: skip
    return [(dots, module, symbol, line, column == 0) for line, column, _, dots, module, symbol in sorted(found)]


def facts(paths):
    done = subprocess.run(
        [TOOL], input="".join(f"{path}\n" for path in paths), stdout=subprocess.PIPE, check=True, text=True, timeout=600
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def compare(paths):
    compared = 0
    for path, found in zip(paths, facts(paths), strict=True):
        source = path.read_bytes()
        wanted = expected(source)
        if wanted is None or b"\x0c" in source or b"\r" in source.replace(b"\r\n", b""):
            continue  # where a line begins is told apart by others (test_lexer_cpython.py)
        got = [(dots, module, symbol, source.count(b"\n", 0, at) + 1, always) for dots, module, symbol, at, always in found]
        assert got == wanted, path
        compared += len(wanted)
    return compared


def test_over_real_code():
    paths = [path for folder in FOLDERS for path in sorted(folder.rglob("*.py"))]
    paths = support.chance().sample(paths, min(MOST, len(paths)))
    assert compare(paths) > 2 * len(paths)


ODD = [
    "import a . b , c as d;import e\n", "from . import a\n", "from ... import a, b as c\n", "from .... a . b import (c)\n",
    "from a import (\n    b,  # why\n    c as d,\n)\n", "from a import *\n", "if x: import a\nelse: from b import c\n",
    "def f():\n    from .a import b\n    yield from c\n", "raise a from b\n", "try:\n    import a\nexcept ImportError:\n    pass\n",
    "x = '''\nimport a\n'''\n", "# import a\n", "class A: import b\n", "import a\\\n  .b\n", "from a \\\n  import b\n",
    "match x:\n    case 1: import a\n", "import match, case, type, _\n", "from type import match\n", "from .. import(a)\n",
    "(yield)\nimport a\n", "lambda: (\n1)\nimport b\n", "\ufeffimport a\n", "import été\n", "f'{x}'\nimport a\n",
]  # fmt: skip


def test_over_odd_spellings(tmp_path):
    paths = []
    for i, text in enumerate(ODD):
        paths.append(tmp_path / f"odd{i}.py")
        paths[-1].write_text(text, encoding="utf-8")
        assert text.startswith("(yield)") or expected(paths[-1].read_bytes()) is not None, text
    compare(paths)


def test_over_anything(tmp_path):
    """What is no Python gives no crash and no hang."""
    source, paths = support.chance(), []
    words = ["from", "import", ".", "...", "a", "as", "(", ")", ",", "*", "\n", " ", ";", "'", "#", "\\", "é", "\0", "if"]
    for i in range(support.times(300)):
        paths.append(tmp_path / f"any{i}.py")
        paths[-1].write_text(" ".join(source.choice(words) for _ in range(source.randrange(60))), encoding="utf-8")
    assert len(facts(paths)) == len(paths)
