"""keylift with a configuration of gitleaks, beside gitleaks itself: random patterns, groups, entropies, keywords, paths
and allowlists over random texts. Both must find the same bytes. Run by hand, with gitleaks in PATH or where the
benchmark puts it (build/bench-go/bin):

    build/venv/bin/python -m pytest tests/byhand/test_gitleaks.py

Left out, for gitleaks does there what its documentation does not say: secrets of no bytes; groups are looked for a
second time in the match alone, so that they come without anchors here; a line of an allowlist begins with the end of
the line before; the entropy of letters beyond ASCII is taken of letters and divided by bytes; a path of an allowlist
for all rules leaves out the file, whatever its condition says.
"""

import json
import re
import shutil
import subprocess

import pytest
import support
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

_BUILT = support.BUILD / "bench-go" / "bin" / "gitleaks"
GITLEAKS = shutil.which("gitleaks") or (str(_BUILT) if _BUILT.exists() else None)
pytestmark = pytest.mark.skipif(GITLEAKS is None, reason="gitleaks is not installed")

WORDS = ["key", "Key", "acme", "=", ' = "', '"', "ab", "abab", "0", "12", "-", "_", ".", " ", "\t", "x", "K", "KEY", "é", "ß", "日"]

# ---- patterns ----

ATOMS = st.sampled_from(
    ["a", "b", "k", "key", "=", '"', "-", "_", " ", "x", "0", r"\.", r"\-", r"\d", r"\w", r"\s", r"\D", r"\W", r"\S", ".", "[ab]", "[a-z]", "[0-9a-f]",
     "[^\"]", "[^a]", r"[\w.-]", "[]a]", "[^]b]", "[[:alpha:]]", "[[:^digit:]]", r"[\d-]", r"[a\-z]", "é", "[é-ß]", r"\pL", r"\p{Ll}", r"\P{L}", r"\x61",
     r"\x{e9}", r"\141", r"\Q.-\E", "(?:ab|a)", "(?:a|ab)", "(?i:K)", "(?i:é)", "(?s:.)", "(?-i:k)", r"\_", "{,2}", "a{x}", "]", "}"])  # fmt: skip
ANCHORS = st.sampled_from(["^", "$", r"\b", r"\B", r"\A", r"\z", "(?m:^)", "(?m:$)", "(?m)$"])
COUNTS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "{0,2}"])
LEADS = st.sampled_from(["", "", "[a-z]{0,2}?", "[\\w.-]{0,9}?", "[^\"]?", "[éa]{0,3}", "(?i:[k]{0,2}", "(?:[a-z ]{0,4}?"])
LAZY = st.sampled_from(["", "", "?"])
FLAGS = st.sampled_from(["", "", "", "(?i)", "(?s)", "(?is)", "(?U)", "(?m)", "(?i-s)"])


@st.composite
def plain_patterns(draw):
    """Without groups that capture: all that matches is the secret."""
    parts = []
    for _ in range(draw(st.integers(1, 5))):
        if draw(st.integers(0, 5)) == 0:
            parts.append(draw(ANCHORS))
            continue
        count = draw(COUNTS)
        parts.append(draw(ATOMS) + count + (draw(LAZY) if count else ""))
    branches = draw(st.sampled_from(["{0}", "{0}", "(?:{0})", "{0}|zz", "zz|{0}", "(?:{0}|k)+"]))
    lead = draw(LEADS)
    return draw(FLAGS) + lead + branches.replace("{0}", "".join(parts)) + (")" if lead[:1] == "(" else "")


@st.composite
def grouped_patterns(draw):
    parts = []
    for number in range(draw(st.integers(1, 5))):
        body = draw(ATOMS) + draw(COUNTS)
        shape = draw(st.sampled_from(["{}", "{}", "({})", "({}){}", "(?P<n%d>{})" % number, "(?:({})|k)"]))
        parts.append(shape.replace("{}", body, 1).replace("{}", draw(COUNTS)))
    return draw(st.sampled_from(["", "(?i)", "(?s)"])) + "".join(parts)


@st.composite
def odd_patterns(draw):
    """Perhaps no patterns at all."""
    bits = ["a", "b", "\\", "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "^", "$", ".", "-", ",", "1", "2", "?:", "?i", "?P<n>", "?=", "Q", "E", "x", "p", "{2}", "\\d", "\\z", "\\b"]
    return "".join(draw(st.lists(st.sampled_from(bits), min_size=1, max_size=7)))


def texts(newlines=True):
    words = WORDS + (["\n", "\n", "\r\n", "\n\n"] if newlines else [])
    return st.lists(st.sampled_from(words), min_size=1, max_size=25).map("".join)


# ---- the two programs ----


def run_gitleaks(project):
    """None: it refuses the configuration. Else the rule, file, first and last byte of each secret."""
    report = project / "report.json"
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [GITLEAKS, "dir", "-c", "g.toml", "-f", "json", "-r", str(report), "--no-banner", "-l", "error", "--exit-code", "0", "src"],
        cwd=project, env=support.clean_env(project.home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
    )  # fmt: skip
    if done.returncode != 0 or not report.exists():
        return None
    found = set()
    for f in json.loads(report.read_text()) or []:
        data = (project / f["File"]).read_bytes()
        match, secret = f["Match"].encode(), f["Secret"].encode()
        if f["Match"].startswith("file detected"):
            found.add((f["RuleID"], f["File"], 0, 0))
        if not secret or f["Match"].startswith("file detected"):
            continue
        ends = [-1] + [m.start() for m in re.finditer(b"\n", data)]
        line = f["StartLine"] - 1
        start = f["StartColumn"] - 1 + (ends[line] if line else 0)
        while data[start : start + 1] == b"\n":
            start += 1
        assert data[start : start + len(match)] == match, (f, data)
        found.add((f["RuleID"], f["File"], start, len(match), secret))
    return found


def run_keylift(keylift, project, rules):
    found = set()
    for rule in rules:
        done = keylift("scan", "-q", "--format", "json", "--rules-file", "g.toml", "--rules", rule, "src", cwd=project)
        if not done.stdout:
            assert done.returncode == 2
            return None, done.stderr
        report = json.loads(done.stdout)
        if report["errors"]:
            return "limit", report["errors"]
        found |= {(f["rule"], f["path"], f["start_byte"], f["end_byte"]) for f in report["findings"]}
    return found, ""


def same(project, theirs, ours):
    """Each of theirs is one of ours, and nothing is left: a secret lies somewhere in its match."""
    left = set(ours)
    for f in theirs:
        if len(f) == 4:
            assert f in left
            left.remove(f)
            continue
        rule, path, start, size, secret = f
        data = (project / path).read_bytes()
        fits = [o for o in left if o[:2] == (rule, path) and start <= o[2] and o[3] <= start + size and data[o[2] : o[3]] == secret]
        assert len(fits) == 1, (f, sorted(left))
        left.remove(fits[0])
    assert not left, (theirs, left)


def compare(keylift, project, config, files, rules):
    shutil.rmtree(project / "src", ignore_errors=True)
    for name, text in files.items():
        project.write(f"src/{name}", text)
    project.write("g.toml", config)
    theirs = run_gitleaks(project)
    ours, said = run_keylift(keylift, project, rules)
    if ours == "limit":
        return
    assert (ours is None) == (theirs is None), (said, theirs)
    if ours is not None:
        same(project, theirs, ours)


def quoted(text):
    return "'''" + text + "'''"


CHECKED = settings(max_examples=support.times(400), suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True)


@CHECKED
@given(pattern=plain_patterns(), text=texts())
def test_patterns_find_the_same(keylift, project, pattern, text):
    compare(keylift, project, f"[[rules]]\nid = 'r'\nregex = {quoted(pattern)}\n", {"a.txt": text}, ["r"])


@CHECKED
@given(pattern=grouped_patterns(), group=st.integers(0, 3), text=texts(newlines=False))
def test_groups_are_the_same_secret(keylift, project, pattern, group, text):
    compare(keylift, project, f"[[rules]]\nid = 'r'\nregex = {quoted(pattern)}\nsecretGroup = {group}\n", {"a.txt": text}, ["r"])


@CHECKED
@given(pattern=odd_patterns())
def test_what_is_no_pattern_is_none_to_both(keylift, project, pattern):
    compare(keylift, project, f"[[rules]]\nid = 'r'\nregex = {quoted(pattern)}\n", {"a.txt": "aab1,\n{2}d"}, ["r"])


PATHS = ["a.txt", "tests/b.txt", "deep/tests/c.conf", "x.key.txt"]
SIMPLE = st.sampled_from(["a", "ab", "^k", "y$", "[0-9]", "(?i)KEY", r"\.txt$", "tests/", r"src/\w+\.txt", "^src", "12|x"])
LISTS = st.lists(SIMPLE, max_size=2)


@st.composite
def allowlists(draw, ids):
    lines = ["description = 'generated'"]
    target = draw(st.sampled_from(["", "secret", "match", "line"]))
    regexes = draw(st.lists(st.sampled_from(["a", "ab", "[0-9]{2}", "(?i)KEY", "x", "key=a"]), max_size=2))
    paths, words = draw(LISTS), draw(st.lists(st.sampled_from(["AB", "12", "abab", "key", "x"]), max_size=2))
    if target:
        lines.append(f"regexTarget = '{target}'")
    for key, values in (("regexes", regexes), ("paths", paths), ("stopwords", words)):
        if values:
            lines.append(f"{key} = [{', '.join(map(quoted, values))}]")
    if draw(st.booleans()):
        lines.append(f"condition = '{draw(st.sampled_from(['AND', 'OR', 'and', '||']))}'")
    everywhere = ids and "condition = 'A" in lines[-1].replace("'a", "'A") and paths
    if ids and (everywhere or draw(st.booleans())):
        lines.append(f"targetRules = {draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2))}")
    return "\n".join(lines) + "\n" if regexes or paths or words else ""


@st.composite
def configurations(draw):
    rules = [f"r{i}" for i in range(draw(st.integers(1, 3)))]
    lines = []
    for rule in rules:
        regex = draw(st.sampled_from(["key=?(ab+|[0-9]+)", "[a-z]+=(\\w+)", "ab+", "(?i)(key)[^\\n]*?([0-9]+)", "(\\d{2,})", "acme.{0,5}x"]))
        lines.append(f"[[rules]]\nid = '{rule}'\nregex = {quoted(regex)}")
        if draw(st.booleans()):
            lines.append(f"keywords = {draw(st.lists(st.sampled_from(['KEY', 'acme', 'x', '12']), max_size=2))}")
        if draw(st.booleans()):
            lines.append(f"entropy = {draw(st.sampled_from([0.5, 1.0, 1.5, 2.0]))}")
        if draw(st.integers(0, 3)) == 0:
            lines.append(f"path = {quoted(draw(SIMPLE))}")
        for _ in range(draw(st.integers(0, 1))):
            body = draw(allowlists([]))
            lines.append(f"[[rules.allowlists]]\n{body}" if body else "")
    if draw(st.integers(0, 3)) == 0:
        rules.append("file")
        lines.append(f"[[rules]]\nid = 'file'\npath = {quoted(draw(SIMPLE))}")
    for _ in range(draw(st.integers(0, 2))):
        body = draw(allowlists(rules))
        lines.append(f"[[allowlists]]\n{body}" if body else "")
    return "\n".join(lines) + "\n", rules


ASCII = st.lists(st.sampled_from([w for w in WORDS if w.isascii()] + ["key=ab", "key=12", "acme", "\n", "\n"]), min_size=1, max_size=15).map("".join)


@CHECKED
@given(config=configurations(), files=st.dictionaries(st.sampled_from(PATHS), ASCII, min_size=1))
def test_whole_configurations_find_the_same(keylift, project, config, files):
    compare(keylift, project, config[0], files, config[1])
