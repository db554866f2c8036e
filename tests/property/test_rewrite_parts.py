"""A secret that is a part of a literal: f-strings, templates, sums. Whatever is around it, the new program has
the value of the old one, nothing outside of the literal moves, and what the secret becomes later is never read as
a template.
"""

import ast

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import support
from rewriting import parses, rewrite, run

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")

NAME = "KEYLIFT_TEST_PART"
SECRET = "S3CRET"
TEXT = st.text("abzé☃ -_:/@%{}'\"\\\n\t", max_size=6)
FIELD = st.sampled_from(["{x}", "{x!r}", "{x:>3}", "{x:{w}}", "{d['k']}", '{d["k"]}', "{x=}", "{len(str(x))}"])


def spelled(text, quote, raw=False):
    """The body of a literal; None where these quotes cannot have it."""
    if not raw:
        text = text.replace("\\", "\\\\")
        if len(quote) == 1:
            text = text.replace("\n", "\\n")
        return text.replace(quote[0], "\\" + quote[0])
    if quote[0] in text or text.endswith("\\") or (len(quote) == 1 and "\n" in text):
        return None
    return text


QUOTES = st.sampled_from(["'", '"', "'''", '"""'])


@st.composite
def piece(draw, middle, prefix="", quote=None):
    """A literal with the secret somewhere in it."""
    quote = quote or draw(QUOTES)
    raw = draw(st.booleans())
    pieces = [spelled(draw(TEXT), quote, raw), middle, spelled(draw(TEXT), quote, raw)]
    if None in pieces:
        raw, pieces = False, [spelled(draw(TEXT), quote), middle, spelled(draw(TEXT), quote)]
    return prefix + ("r" if raw else "") + quote + "".join(pieces) + quote


@st.composite
def fstring(draw):
    quote, parts = draw(QUOTES), []
    for kind in draw(st.permutations(["secret", "text", "text", "field", "field"])):
        if kind == "secret":
            parts.append(SECRET)
        elif kind == "field":
            field = draw(FIELD)
            parts.append("" if quote[0] in field else field)
        else:
            text = spelled(draw(TEXT), quote).replace("{", "{{").replace("}", "}}")
            parts.append(text)
    return draw(st.sampled_from(["f", "F"])) + quote + "".join(parts) + quote


@st.composite
def joined(draw):
    """Implicit concatenation of plain and formatted literals."""
    others = st.sampled_from(["'a'", 'f"{x}"', '"""b"""', "r'c\\d'", "f''"])
    parts = [*draw(st.lists(others, max_size=2)), draw(st.one_of(piece(SECRET), fstring())),
             *draw(st.lists(others, max_size=2))]  # fmt: skip
    return "(" + draw(st.sampled_from([" ", "\n  ", "  # note\n"])).join(parts) + ")"


@st.composite
def summed(draw):
    form = draw(st.sampled_from(["x + {0}", "{0} + x", "x + {0} + x", "x + ({0})", "'a' + {0} + x", "{0} * 2 + x",
                                 "x * 1 + {0}", "len({0} + x)", "(x + {0}).upper()"]))  # fmt: skip
    return form.format(draw(piece(SECRET)))


@st.composite
def percent(draw):
    before = draw(st.sampled_from(["", "a", "%s", "%%", "%s%%", "%(k)s", "%5.1s", "%r:"]))
    behind = draw(st.sampled_from(["", "b", "%s", "%%", "b%s", "%(k)s", "%-4s"]))
    values = draw(st.sampled_from(["x", "(x,)", "(x, w)", "(x, w,)", "d", "{'k': x}", "t", "()", "(*t,)"]))
    quote = draw(QUOTES)
    literal = quote + before + SECRET + behind + quote
    return draw(st.sampled_from(["{0} % {1}", "({0}) % {1}", "('c' {0}) % {1}", "'c' {0} % {1}", "{0} 'c%s' % {1}",
                                 "x + {0} % {1}", "({0} % {1}).upper()", "{0} % {1} + x"])).format(literal, values)  # fmt: skip


@st.composite
def formatted(draw):
    before = draw(st.sampled_from(["", "a", "{}", "{{", "{{{}}}", "{0}", "{k}", "{x:>3}"]))
    behind = draw(st.sampled_from(["", "b", "{}", "}}", "b{}", "{1}", "{k}", "{0!r}"]))
    values = draw(st.sampled_from(["x", "x, w", "x, k=w", "x, w,", "*t", "x, w, **d", "", "x, w, k=x, x=w"]))
    quote = draw(QUOTES)
    literal = quote + before + SECRET + behind + quote
    forms = ["{0}.format({1})", "({0}).format({1})", "('c' {0}).format({1})", "{0} 'c{{}}'.format({1})",
             "x + {0}.format({1})", "{0}.format({1}).upper()", "{0}.format_map(d)"]  # fmt: skip
    return draw(st.sampled_from(forms)).replace("{0}", literal).replace("{1}", values).replace("{{}}", "{}")


PLACES = ["result = {0}\n", "result = [{0}, x]\n", "def f(a={0}):\n    return a\nresult = f()\n",
          "result = str({0})\n", "result = {{'k': {0}}}\n", "result = not {0}\n", "result = ({0}) == x\n",
          "result = x if {0} else w\n", "result = x in {0}\n", "result = {0}if x else w\n",
          "result = [a for a in {0}]\n", "result = (lambda: {0})()\n", "result = ({0})[0:]\n",
          "if {0}: result = {0}\n", "result = f'{{len(str({0}))}}'\n"]  # fmt: skip


@st.composite
def program(draw):
    expression = draw(st.one_of(fstring(), joined(), summed(), percent(), formatted()))
    head = "x = 'v'\nw = 'w9'\nd = {'k': 'x'}\nt = ('y', 'z')\n"
    place = draw(st.sampled_from(PLACES))
    eol = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    return (head + place.replace("{0}", expression).replace("{{", "{").replace("}}", "}")
            if "f'{{" not in place else head + place.format(expression)).replace("\n", eol).encode()  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("parts") / "app.py"


def names(report):
    return [site["name"] for site in report["sites"] if site["rewritten"]]


@settings(max_examples=support.times(500))
@given(source=program())
def test_the_program_has_the_same_value(path, source):
    if not parses(source):
        return
    path.write_bytes(source)
    report = rewrite(path, [f"*/{SECRET}={NAME}"])
    moved = names(report)
    event("rewritten" if moved else str([site["reason"] for site in report["sites"]]))
    new = run(report["new"], dict.fromkeys(moved, SECRET))
    assert new == run(source, {})
    if moved and len(moved) == len(report["sites"]):
        assert SECRET.encode() not in report["new"]


@settings(max_examples=support.times(400))
@given(source=program(), later=st.text("a%{}'\"\\\né", min_size=1, max_size=6))
def test_a_rotated_secret_is_not_read_as_a_template(path, source, later):
    """The new program reads `later` as the old one would have held it, had it been spelled out."""
    if not parses(source):
        return
    path.write_bytes(source)
    report = rewrite(path, [f"*/{SECRET}={NAME}"])
    moved = names(report)
    if len(moved) != 1 or b"!r" in source or b"upper" in source or b"len(" in source:
        return
    first = run(report["new"], dict.fromkeys(moved, SECRET))
    if "result" not in first or SECRET not in first["result"]:
        return
    second = run(report["new"], dict.fromkeys(moved, later))
    assert "result" in second, second
    if isinstance(ast.literal_eval(first["result"]), str):
        expected = ast.literal_eval(first["result"]).replace(SECRET, later)
        assert ast.literal_eval(second["result"]) == expected


@settings(max_examples=support.times(400))
@given(source=program())
def test_bytes_outside_of_the_literals_stay(path, source):
    path.write_bytes(source)
    report = rewrite(path, [f"*/{SECRET}={NAME}"])
    at, rebuilt = 0, b""
    for edit in report["edits"]:
        rebuilt += source[at : edit["start"]] + edit["text"].encode()
        at = edit["end"]
    assert rebuilt + source[at:] == report["new"]
    for edit in report["edits"]:
        if edit["start"] != edit["end"]:
            assert any(s["start"] <= edit["start"] and edit["end"] <= s["end"] or s["from"] >= edit["start"]
                       and s["to"] <= edit["end"] for s in report["sites"] if s["rewritten"])  # fmt: skip
