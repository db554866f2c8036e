"""The literals of a package that may be moved, and the choice among them."""

import ast
import random
import tokenize

NO_CODE = {"test", "tests", "testing", "docs", "doc", "examples", "benchmarks", "_vendor", "vendor"}


def docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def sums(tree):
    """The literals of each sum, as a list: those beside each other are one to keylift."""
    inner = set()
    for node in ast.walk(tree):  # a sum comes before the sums in it
        rest, found = [node] if isinstance(node, ast.BinOp) and id(node) not in inner else [], []
        while rest:
            one = rest.pop()
            if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Add):
                inner.add(id(one))
                rest += [one.left, one.right]
            elif isinstance(one, ast.Constant):
                found.append(one)
        if found:
            yield found


def of_file(path):
    """(LINE:COLUMN, LINE:COLUMN of the first of its sum) of every string literal that is no docstring or f-string part."""
    try:
        with tokenize.open(path) as opened:
            text = opened.read()
        tree = ast.parse(text)
    except (SyntaxError, UnicodeDecodeError, ValueError):
        return
    lines = text.split("\n")
    inside_f = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    left_out = inside_f | {id(node) for node in docstrings(tree)}

    def place(node):
        return f"{node.lineno}:{len(lines[node.lineno - 1].encode()[: node.col_offset].decode()) + 1}"

    first = {id(part): place(min(whole, key=lambda one: (one.lineno, one.col_offset))) for whole in sums(tree) for part in whole}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and id(node) not in left_out:
            yield place(node), first.get(id(node), place(node))


def of_package(package, source):
    """(PATH:LINE:COLUMN, that of its sum's first), in the order of the files and of what stands in them."""
    base = source / package.imports
    tests = [source / path for path in package.tests]
    for module in package.modules:
        top = base / module
        for path in sorted(top.rglob("*.py")) if top.is_dir() else [top]:
            inner = path.relative_to(base)
            if NO_CODE & set(inner.parts[:-1]) or path.name.startswith("test") or path.name == "conftest.py":
                continue
            if any(path == test or test in path.parents for test in tests if test != base and test != top):
                continue
            for place, first in of_file(path):
                yield f"{path.relative_to(source)}:{place}", f"{path.relative_to(source)}:{first}"


def chosen(package, source, count, seed):
    """(PATH:LINE:COLUMN of literals that are chosen at random, how many answers keylift owes for them)."""
    places = list(of_package(package, source))
    drawn = random.Random(f"{seed} {package.name}=={package.version}").sample(places, min(count, len(places)))
    return [place for place, _ in drawn], len({first for _, first in drawn})
