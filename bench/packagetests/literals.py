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


def of_file(path):
    """LINE:COLUMN of every string literal that is no docstring or f-string part."""
    try:
        with tokenize.open(path) as opened:
            text = opened.read()
        tree = ast.parse(text)
    except (SyntaxError, UnicodeDecodeError, ValueError):
        return
    lines = text.split("\n")
    inside_f = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    left_out = inside_f | {id(node) for node in docstrings(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and id(node) not in left_out:
            column = len(lines[node.lineno - 1].encode()[: node.col_offset].decode()) + 1
            yield f"{node.lineno}:{column}"


def of_package(package, source):
    """PATH:LINE:COLUMN, in the order of the files and of what stands in them."""
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
            for place in of_file(path):
                yield f"{path.relative_to(source)}:{place}"


def chosen(package, source, count, seed):
    places = list(of_package(package, source))
    return random.Random(f"{seed} {package.name}=={package.version}").sample(places, min(count, len(places)))
