"""The rewriter on generated programs: outside of the edits nothing changes (bytes and `ast`), the new
expressions stand where the literals stood, both programs do the same, and a second run repeats nothing.
"""

import ast
import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import support
from rewriting import parses, rewrite, run

# Generated code compares literals with `is`, and so on.
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")

PREFIX = "KEYLIFT_TEST"

# Programs. Every name that is read is bound first, so that most of them run to the end.

LETTERS = st.text("abcxyz089 _-$%{}'\"\\\n\té☃", min_size=0, max_size=12)


@st.composite
def plain_literal(draw, is_bytes=False):
    value = draw(LETTERS)
    if is_bytes:
        return repr(value.encode())
    style = draw(st.sampled_from(["repr", "double", "triple", "u"]))
    if style == "double":
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if style == "triple":
        return '"""' + value.replace("\\", "\\\\").replace('"', '\\"') + '"""'
    return ("u" if style == "u" else "") + repr(value)


@st.composite
def literal(draw):
    kind = draw(st.sampled_from(["one", "one", "one", "implicit", "plus", "bytes", "lines", "f"]))
    if kind == "bytes":
        return draw(plain_literal(is_bytes=True))
    if kind == "f":
        return draw(st.sampled_from(['f"a{1}b"', 'f"{1}" "tail"', '"%s" % 1', '"{}".format(1)', 'f"{len(\'abc\')}"']))
    parts = draw(st.lists(plain_literal(), min_size=1 if kind == "one" else 2, max_size=1 if kind == "one" else 3))
    joined = {"one": "", "implicit": " ", "plus": " + ", "lines": "\n    "}[kind].join(parts)
    return f"({joined})" if kind == "lines" else joined


def expression(inner):
    forms = [
        "({0})", "[{0}, {1}]", "({0}, {1})", "{{'k': {0}, 'm': {1}}}", "{{{0}: 1}}", "len({0})", "str({0})",
        "({0}) if truth else ({1})", "({0})if truth else({1})", "({0}) == ({1})", "({0}, {1})[0]",
        "(lambda a={0}: (a, {1}))()", "[{0} for i in range(2)]", "dict(key={0}, **{{'k': {1}}})",
        "[w for w in [1] if (w := {0})]", "({0}) is None", "not {0}", "[*[{0}], {1}]", "({0}) or ({1})",
        "[os for os in [{0}]]", "(lambda os: ({0}, os))(1)",
    ]  # fmt: skip
    return st.builds(lambda form, a, b: form.format(a, b), st.sampled_from(forms), inner, inner)


EXPRESSION = st.recursive(literal(), expression, max_leaves=5)


def indented(block):
    # A line inside a triple-quoted literal may be indented as well: that changes its value in both programs.
    return "".join("    " + line if line.strip() else line for line in block.splitlines(keepends=True))


@st.composite
def statement(draw, depth=0):
    name = draw(st.sampled_from(["a", "b", "c", "key", "os_name"]))
    e, f = draw(EXPRESSION), draw(EXPRESSION)
    simple = [
        f"{name} = {e}\n", f"{name}: object = {e}\n", f"{name} = a = {e}\n", f"{name}, d = {e}, {f}\n",
        f"box[{e!r}] = {f}\n", f"box['k'] = {e}; {name} = {f}\n", f"box.update(k={e})\n", f"{e}\n",
        f"if truth: {name} = {e}\n", f"import os\n{name} = {e}\n", f"import os as o; {name} = {e}\n",
        f"os = {e}\n", f"{name} = [  # note\n    {e},  # more\n    {f},\n]\n", f"{name} = \\\n    {e}\n",
        f"class C:\n    os = 1\n    {name} = {e}\n", f"{name} = (os := {e})\n",
        f"{name} = getenv('{PREFIX}_ABSENT', {e})\n",
    ]  # fmt: skip
    if depth >= 2 or draw(st.booleans()):
        return draw(st.sampled_from(simple))
    body = indented(draw(block(depth + 1)))
    head = draw(
        st.sampled_from([
            "if truth:\n", "for i in range(2):\n", "with suppress(KeyError):\n", f"class K{depth}:\n",
            f"class K{depth}:\n    '''Doc.'''\n", "try:\n    pass\nfinally:\n",
        ])
    )  # fmt: skip
    return head + body


def block(depth):
    return st.lists(statement(depth=depth), min_size=1, max_size=3).map("".join)


@st.composite
def function(draw):
    default, body = draw(EXPRESSION), indented(draw(block(1)))
    parameter = draw(st.sampled_from(["x", "os", "key"]))
    # Names that the body binds are local to it: give them values first.
    first = "    a = b = c = d = key = os_name = i = None\n" if parameter != "key" else "    a = b = c = None\n"
    return f"def f({parameter}={default}):\n{first}{body}    return {draw(EXPRESSION)}\n\n\nresult = f()\n"


HEADS = ["", "#!/usr/bin/env python3\n", "# Licence.\n\n# Note.\n", '"""Doc."""\n', '"""Doc."""; x = 1\n',
         "from __future__ import annotations\n", "import sys, json\n", "import os\n", "from os import environ\n",
         "from math import *\n", '"""Doc."""\nfrom __future__ import annotations\nimport os as o\n', "\n\n"]  # fmt: skip


@st.composite
def program(draw):
    prelude = "from os import getenv\nfrom contextlib import suppress\ntruth = True; box = {}\n"
    parts = draw(st.lists(st.one_of(statement(), function()), min_size=1, max_size=4))
    text = draw(st.sampled_from(HEADS)) + prelude + "".join(parts)
    if draw(st.booleans()):
        text = text.rstrip("\n")
    eol = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig"]))
    return text.replace("\n", eol).encode(encoding)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("rewrite") / "app.py"


def values(report):
    found = {}
    for site in report["sites"]:
        if site["rewritten"]:
            value = bytes.fromhex(site["value"])
            found[site["name"]] = value if site["bytes"] else value.decode()
    return found


class Back(ast.NodeTransformer):
    """Puts the values back where they are read, and joins what stands beside each other as constants."""

    def __init__(self, found):
        self.found = found
        self.used = []

    def value_of(self, node):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            where = node.value
            is_environ = isinstance(where, ast.Attribute) and where.attr == "environ"
            is_environ = is_environ or isinstance(where, ast.Name) and where.id.endswith("environ")
            if is_environ and node.slice.value in self.found:
                self.used.append(node.slice.value)
                return ast.Constant(self.found[node.slice.value])
        return None

    def visit_Subscript(self, node):
        return self.value_of(node) or self.generic_visit(node)

    def visit_Call(self, node):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "b64decode":
            return self.value_of(node.args[0])
        return self.generic_visit(node)

    def visit_JoinedStr(self, node):
        """f"a{read}" is f"a" with the value in it; of constants alone, it is one."""
        parts = []
        for part in node.values:
            plain = isinstance(part, ast.FormattedValue) and part.conversion == -1 and part.format_spec is None
            part = (plain and self.value_of(part.value)) or self.visit(part)
            if isinstance(part, ast.Constant) and parts and isinstance(parts[-1], ast.Constant):
                part = ast.Constant(parts.pop().value + part.value)
            parts.append(part)
        if all(isinstance(part, ast.Constant) for part in parts):
            return ast.Constant("".join(part.value for part in parts))
        return ast.JoinedStr(parts)

    def visit_BinOp(self, node):
        node = self.generic_visit(node)
        left, right = node.left, node.right
        if isinstance(node.op, ast.Add) and isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
            if type(left.value) is type(right.value) and isinstance(left.value, (str, bytes)):
                return ast.Constant(left.value + right.value)
        return node


def shape(tree, found):
    back = Back(found)
    tree = back.visit(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = None  # u"..."
    return [ast.dump(node) for node in tree.body], back.used


def inserted(report):
    return [edit["text"] for edit in report["edits"] if edit["start"] == edit["end"]]


@settings(max_examples=support.times(150))
@given(source=program())
def test_only_the_sites_change(path, source):
    path.write_bytes(source)
    report = rewrite(path, [f"*={PREFIX}"])
    new = report["new"]
    at, rebuilt = 0, b""
    for edit in report["edits"]:
        rebuilt += source[at : edit["start"]] + edit["text"].encode()
        at = edit["end"]
    assert rebuilt + source[at:] == new
    replaced = {(edit["start"], edit["end"]) for edit in report["edits"] if edit["start"] != edit["end"]}
    for start, end in replaced:
        assert any(s["rewritten"] and start <= s["start"] and s["end"] <= end for s in report["sites"])
    if not parses(source):
        return
    found = values(report)
    before, _ = shape(ast.parse(source), found)
    after, used = shape(ast.parse(new), found)
    assert sorted(set(used)) == sorted(found)
    added = [ast.dump(node) for text in inserted(report) for node in ast.parse(text.strip().rstrip(";")).body]
    for statement_added in added:
        after.remove(statement_added)
    assert after == before


@settings(max_examples=support.times(100))
@given(source=program())
def test_the_program_does_the_same(path, source):
    if not parses(source):
        return
    path.write_bytes(source)
    report = rewrite(path, [f"*={PREFIX}"])
    environment = {
        name: base64.b64encode(v).decode() if isinstance(v, bytes) else v for name, v in values(report).items()
    }
    assert run(report["new"], environment) == run(source, {})


@settings(max_examples=support.times(60))
@given(source=program())
def test_a_second_run_repeats_no_import(path, source):
    path.write_bytes(source)
    everything = rewrite(path, [f"*={PREFIX}"])
    sites = [s for s in everything["sites"] if s["rewritten"]]
    if len(sites) < 2:
        return
    first = rewrite(path, [f"@{sites[0]['start']}-{sites[0]['end']}={sites[0]['name']}"])
    shift = sum(len(e["text"].encode()) - (e["end"] - e["start"]) for e in first["edits"])
    path.write_bytes(first["new"])
    rest = [f"@{s['start'] + shift}-{s['end'] + shift}={s['name']}" for s in sites[1:]]
    second = rewrite(path, rest)
    assert all(site["rewritten"] for site in second["sites"]), second["sites"]
    lines = [line for text in inserted(first) for line in text.replace(";", "\n").split("\n") if line.strip()]
    again = [line for text in inserted(second) for line in text.replace(";", "\n").split("\n") if line.strip()]
    assert not {line.strip() for line in lines} & {line.strip() for line in again}
    path.write_bytes(second["new"])
    assert rewrite(path, [])["edits"] == []


@settings(max_examples=support.times(100))
@given(junk=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))))
def test_any_bytes_are_a_valid_input(path, junk):
    path.write_bytes(junk)
    report = rewrite(path, [f"*={PREFIX}", f"@0-{len(junk)}=X", f"@{len(junk) // 2}-{len(junk)}=Y"])
    if not report["edits"]:
        assert report["new"] == junk
