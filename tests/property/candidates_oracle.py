"""Compares keylift's candidates with CPython's syntax tree.

    python3.13 candidates_oracle.py CANDDUMP < list-of-paths

Standard library only. Prints each difference (places and words, no values) and a
summary as one line of JSON; exits with 1 if any.

What is compared, for every UTF-8 file that CPython accepts:
  - every string and bytes constant outside f-strings lies in exactly one candidate;
  - every candidate's value is that of its source text, joined ones included;
  - context and name of assignments (unpacked ones too), keyword and default
    arguments, dictionary values, positional arguments (with the called function and
    the index), comparisons, returns, elements, statement strings, annotations and
    match patterns.
"""

import ast
import bisect
import json
import re
import subprocess
import sys
import warnings

LINE_END = re.compile(rb"\r\n|\r|\n")


class Candidate:
    __slots__ = ("start", "end", "context", "name", "callee", "argument", "parts", "flags", "value", "reason")

    def __init__(self, line):
        f = line.rstrip("\n").split(" ", 10)
        self.start, self.end = int(f[1]), int(f[2])
        self.context = f[3]
        self.name, self.callee = unhex(f[4]).decode("utf-8", "replace"), unhex(f[5]).decode("utf-8", "replace")
        self.argument, self.parts, self.flags = int(f[6]), int(f[7]), f[8]
        self.value = unhex(f[9])
        self.reason = f[10]


def unhex(text):
    return b"" if text == "-" else bytes.fromhex(text)


def as_bytes(value):
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def dotted(node):
    """The dotted name that the tokens before a parenthesis spell."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def name_of(node):
    """The last component; None where the test has no opinion."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
        return node.slice.value or None
    return None


def is_string(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))


def joined(text):
    """The value of a candidate's own source text, which may be a concatenation."""

    def value(node):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return value(node.left) + value(node.right)
        if is_string(node):
            return node.value
        raise ValueError("no literal")

    return value(ast.parse(b"(" + text + b"\n)", mode="eval").body)


class File:
    def __init__(self, path, source, candidates):
        self.path, self.source = path, source
        self.bom = 3 if source.startswith(b"\xef\xbb\xbf") else 0
        self.lines = [self.bom] + [m.end() for m in LINE_END.finditer(source)]
        self.all = [c for c in candidates if c.context != "comment"]
        self.by_start = {c.start: c for c in self.all}
        self.starts = [c.start for c in self.all]
        self.differences = []
        self.checked = 0

    def differ(self, node, what):
        self.differences.append(f"{self.path}:{node.lineno}:{node.col_offset + 1}: {what}")

    def span(self, node):
        return self.lines[node.lineno - 1] + node.col_offset, self.lines[node.end_lineno - 1] + node.end_col_offset

    def exact(self, node):
        """The candidate that is exactly this constant, if it is one and stands alone."""
        if not is_string(node):
            return None
        start, end = self.span(node)
        c = self.by_start.get(start)
        return c if c and c.end == end else None

    def expect(self, node, contexts, name=None, reason=None):
        c = self.exact(node)
        if c is None:
            return
        self.checked += 1
        if contexts and c.context not in contexts:
            self.differ(node, f"context {c.context}, not {'/'.join(contexts)}")
        elif name is not None and c.name != name.encode("utf-8", "replace").decode():
            self.differ(node, f"name {c.name!r}, not {name!r}")
        elif reason is not None and c.reason != reason:
            self.differ(node, f"reason {c.reason!r}, not {reason!r}")

    # --- checks ---------------------------------------------------------------

    def check_coverage(self, constants):
        for a, b in zip(self.all, self.all[1:]):
            if a.end > b.start:
                self.differences.append(f"{self.path}: candidates overlap at byte {b.start}")
        for node in constants:
            start, end = self.span(node)
            i = bisect.bisect_right(self.starts, start) - 1
            if i < 0 or self.all[i].end < end:
                self.differ(node, "a constant in no candidate")

    def check_values(self):
        for c in self.all:
            if c.context == "f-string":
                continue
            try:
                value = joined(self.source[c.start : c.end])
            except (ValueError, SyntaxError, RecursionError):
                self.differences.append(f"{self.path}: byte {c.start}: no literal")
                continue
            if "\\N" not in c.reason and as_bytes(value) != c.value:
                self.differences.append(f"{self.path}: byte {c.start}: another value")

    def target(self, target, value):
        if isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, (ast.Tuple, ast.List)):
                self.unpacked(target.elts, value.elts)
            return
        contexts = {ast.Name: ["assignment"], ast.Attribute: ["attribute"], ast.Subscript: ["subscript", "environment-write"]}
        self.expect(value, contexts.get(type(target)), name_of(target))

    def unpacked(self, targets, elements):
        """Positions tell up to a starred target, and behind it from the end."""
        if any(isinstance(x, ast.Starred) for x in elements):
            return
        star = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
        if len(elements) != len(targets) if star is None else len(elements) < len(targets) - 1:
            return  # such a program stops there
        if star is not None:
            behind = len(targets) - 1 - star
            middle = elements[star : len(elements) - behind]
            for v in middle:
                if not isinstance(v, (ast.Tuple, ast.List)):
                    self.expect(v, ["element"], name_of(targets[star].value))
            targets = targets[:star] + targets[star + 1 :]
            elements = elements[:star] + elements[star + len(middle) :]
        for t, v in zip(targets, elements):
            if isinstance(t, (ast.Tuple, ast.List)):
                self.target(t, v)
            else:
                self.expect(v, ["assignment"], name_of(t))

    def call(self, node):
        callee = dotted(node.func)
        in_order = not node.keywords or not node.args or self.span(node.keywords[0].value) > self.span(node.args[-1])
        for i, a in enumerate(node.args):
            c = self.exact(a)
            if c is None or not in_order:
                continue
            self.expect(a, ["argument", "environment-default", "option-default", "environment-write"])
            if c.callee != callee or c.argument != i:
                self.differ(a, f"argument {c.argument} of {c.callee!r}, not {i} of {callee!r}")
        for k in node.keywords:
            if k.arg in ("default", "fallback"):
                self.expect(k.value, ["keyword-argument", "option-default", "environment-default"])
            elif k.arg:
                self.expect(k.value, ["keyword-argument"], k.arg)

    def defaults(self, args):
        positional = args.posonlyargs + args.args
        for a, d in zip(positional[len(positional) - len(args.defaults) :], args.defaults):
            self.expect(d, ["default-argument"], a.arg)
        for a, d in zip(args.kwonlyargs, args.kw_defaults):
            self.expect(d, ["default-argument"], a.arg)

    def annotation(self, node):
        for n in ast.walk(node) if node else ():
            c = self.exact(n)
            if c and c.reason not in ("in a type annotation", "in a Literal type"):
                self.differ(n, f"reason {c.reason!r} in an annotation")

    def visit(self, node, unpacked):
        match node:
            case ast.Assign(targets=[first, *_], value=value):
                chained_env = len(node.targets) > 1
                if not chained_env:
                    self.target(first, value)
                if isinstance(first, (ast.Tuple, ast.List)):
                    unpacked.update(n for n in ast.walk(value) if isinstance(n, (ast.Tuple, ast.List)))
            case ast.AnnAssign(target=target, annotation=annotation, value=value):
                self.annotation(annotation)
                if value:
                    self.target(target, value)
            case ast.AugAssign(target=target, value=value):
                self.expect(value, ["augmented-assignment"], name_of(target))
            case ast.NamedExpr(target=target, value=value):
                self.expect(value, ["walrus"], target.id)
            case ast.Dict(keys=keys, values=values):
                for k, v in zip(keys, values):
                    if k is not None:
                        self.expect(k, ["dict-key"])
                        key_is_exact = not is_string(k) or (self.exact(k) or Candidate("C 0 0 x - - 0 2 - - -")).parts == 1
                        self.expect(v, ["dict-value"], name_of(k) if key_is_exact else None)
            case ast.Call():
                self.call(node)
            case ast.FunctionDef(args=args, returns=returns) | ast.AsyncFunctionDef(args=args, returns=returns):
                self.defaults(args)
                self.annotation(returns)
                for a in [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]:
                    if a:
                        self.annotation(a.annotation)
            case ast.Lambda(args=args, body=body):
                self.defaults(args)
                self.expect(body, ["return"])
            case ast.Compare(left=left, comparators=comparators):
                for n in [left, *comparators]:
                    self.expect(n, ["comparison"])
                if len(comparators) == 1:
                    right = comparators[0]
                    self.expect(right, ["comparison"], None if is_string(left) else name_of(left))
                    self.expect(left, ["comparison"], None if is_string(right) else name_of(right))
            case ast.Return(value=value) | ast.Yield(value=value):
                self.expect(value, ["return"])
            case ast.Expr(value=value):
                self.expect(value, ["docstring"])
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts) if node not in unpacked:
                for e in elts:
                    self.expect(e, ["element", "expression"])
            case ast.MatchValue(value=value):
                self.expect(value, None, None, "in a match pattern")

    def check(self, tree):
        constants, skipped, unpacked = [], set(), set()
        for node in ast.walk(tree):
            if isinstance(node, (ast.JoinedStr, getattr(ast, "TemplateStr", ast.JoinedStr))):
                skipped.update(id(v) for v in node.values)
                for field in node.values:
                    if isinstance(getattr(field, "format_spec", None), ast.JoinedStr):
                        skipped.update(id(v) for v in field.format_spec.values)
            if is_string(node) and id(node) not in skipped:
                constants.append(node)
            self.visit(node, unpacked)
        # ast.walk goes breadth first: a JoinedStr comes before its parts
        self.check_coverage(constants)
        self.check_values()
        return len(constants)


def dumped(program, paths):
    out = subprocess.run([program], input="\n".join(paths) + "\n", stdout=subprocess.PIPE, text=True, check=True).stdout
    files, current = {}, None
    for line in out.splitlines():
        if line.startswith("F "):
            current = files.setdefault(line[2:], [])
        elif line.startswith("C "):
            current.append(Candidate(line))
    return files


def main():
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(20000)
    paths = [p for p in sys.stdin.read().splitlines() if p]
    totals = {"files": 0, "skipped": 0, "constants": 0, "checked": 0, "differences": 0}
    for at in range(0, len(paths), 50):
        for path, candidates in dumped(sys.argv[1], paths[at : at + 50]).items():
            with open(path, "rb") as f:
                source = f.read()
            try:
                source.decode("utf-8-sig")
                tree = ast.parse(source)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                totals["skipped"] += 1
                continue
            if b"coding" in b"".join(source.splitlines(True)[:2]) and b"utf" not in source[:300].lower():
                totals["skipped"] += 1
                continue
            file = File(path, source, candidates)
            totals["constants"] += file.check(tree)
            totals["files"] += 1
            totals["checked"] += file.checked
            totals["differences"] += len(file.differences)
            for d in file.differences[:20]:
                print(d)
    print(json.dumps(totals))
    return 1 if totals["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
