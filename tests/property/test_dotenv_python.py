"""keylift's .env reader and writer against python-dotenv itself.

(a) what keylift writes, every version reads back byte for byte;
(b) what python-dotenv reads from any file, keylift reads too;
(c) setting one name leaves every other line as it was.
"""

import importlib
import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import support

VERSIONS = ("1.0.1", "1.1.1", "1.2.2", "newest")
COMMON = settings(max_examples=support.times(750),
                  suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
ENVIRONMENT = {"KL_T_SET": "from the environment", "KL_T_EMPTY": ""}
LIMIT = 128 * 1024


def find_tool() -> str:
    path = Path(os.environ.get("KEYLIFT_DOTENVTOOL", support.BINARY.parent / "tests" / "tools" / "dotenvtool"))
    assert path.exists(), f"{path} is not built; ./test builds it, or set KEYLIFT_DOTENVTOOL"
    return str(path)


def unhex(word: bytes):
    return None if word == b"-" else b"" if word == b"0x" else bytes.fromhex(word.decode())


class Dotenv:
    """One version, imported beside the others: its parser, its resolver, and the grammar it has."""

    def __init__(self, version: str):
        self.folder = support.package_folder(
            "python-dotenv" if version == "newest" else f"python-dotenv=={version}")
        kept = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "dotenv"}
        sys.path.insert(0, str(self.folder))
        importlib.invalidate_caches()
        try:
            self.main = importlib.import_module("dotenv.main")
            self.parser = importlib.import_module("dotenv.parser")
            self.number = importlib.import_module("dotenv.version").__version__
        finally:
            sys.path.remove(str(self.folder))
            for name in list(sys.modules):
                if name.split(".")[0] == "dotenv":
                    del sys.modules[name]
            sys.modules.update(kept)
        parts = tuple(int(part) for part in self.number.split(".")[:3])
        self.dialect = "classic" if parts < (1, 2, 3) else "strict"
        assert version in ("newest", self.number), "another version was imported"


class Tool:
    def __init__(self):
        os.environ.update(ENVIRONMENT)
        self.process = subprocess.Popen([find_tool()], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, head: str, *payload: bytes):
        self.process.stdin.write(head.encode() + b"\n" + b"".join(payload))
        self.process.stdin.flush()

    def line(self) -> bytes:
        line = self.process.stdout.readline()
        assert line.endswith(b"\n"), "dotenvtool ended"
        return line[:-1]

    def parse(self, dialect: str, content: bytes):
        self.ask(f"parse {dialect} {len(content)}", content)
        found = []
        while (line := self.line()) != b"end":
            if line.startswith(b"refused"):
                assert self.line() == b"end"
                return line.decode()
            start, end, error, key, raw, resolved = line.split(b" ")
            found.append((int(start), int(end), error == b"1", unhex(key), unhex(raw), unhex(resolved)))
        return found

    def answer(self):
        word, _, rest = self.line().partition(b" ")
        return unhex(rest) if word == b"ok" else rest.decode("utf-8", "replace")

    def set(self, name: str, content: bytes, value: bytes):
        """bytes: the new file; str: why not."""
        self.ask(f"set {name} {len(content)} {len(value)}", content, value)
        return self.answer()

    def get(self, name: str, content: bytes):
        self.ask(f"get {name} {len(content)}", content)
        return self.answer()


@pytest.fixture(scope="module")
def tool():
    t = Tool()
    yield t
    t.process.stdin.close()
    assert t.process.wait(timeout=10) == 0


@pytest.fixture(scope="module")
def versions():
    logging.getLogger("dotenv.main").setLevel(logging.ERROR)
    return [Dotenv(version) for version in VERSIONS]


def as_text(content: bytes) -> io.TextIOWrapper:
    """The file as `open(path, encoding="utf-8")` gives it."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8")


def python_bindings(version: Dotenv, content: bytes):
    return [(b.key, b.value, b.error) for b in version.parser.parse_stream(as_text(content))]


def python_values(version: Dotenv, content: bytes):
    return dict(version.main.DotEnv(None, stream=as_text(content), override=False).dict())


def same_text(a, b: bytes) -> bool:
    return a is None and b is None if a is None or b is None else a.encode("utf-8", "surrogateescape") == b


# Values: anything, with what the grammar cares about many times over.
tricky = st.sampled_from(["'", '"', "\\", "\\\\", "\\'", '\\"', "\\n", "\n", "\r", "\r\n", "$", "${", "}", "${A}",
                          "${KL_T_SET}", "${A:-b}", "$$", ":-", " ", "\t", "#", " #", "=", "export ", "\x0b", "\x1c",
                          "\x85", "\xa0", "\u2028", "\u3000", "\ufeff", "é", "\U0001f511", "a", "B", "0", "\x7f"])
values = st.one_of(st.lists(tricky, max_size=12).map("".join),
                   st.text(max_size=40).filter(lambda s: "\0" not in s),
                   st.text(alphabet="abcXYZ019_./:@%+,=-", min_size=1, max_size=30))
values = values.filter(lambda s: "\0" not in s and not any(0xD800 <= ord(c) < 0xE000 for c in s))

# Files: lines that look right, lines that do not, and pieces in any order.
names = st.sampled_from(["A", "B", "KL_T_SET", "KL_T_EMPTY", "TARGET", "export", "a.b", "é", "'A'", "'x y'", "\ufeffA"])
newline = st.sampled_from(["\n", "\r\n", "\r", "\n\n", " \n", ""])
quoted = st.tuples(st.sampled_from("'\""), st.lists(tricky, max_size=6).map("".join)).map(lambda t: t[0] + t[1] + t[0])
line = st.tuples(st.sampled_from(["", "export ", " ", "\t", "export\t", "#", "export"]), names,
                 st.sampled_from(["=", " = ", "= ", "=\u00a0", "", " "]),
                 st.one_of(quoted, st.lists(tricky, max_size=5).map("".join), st.just("plain")),
                 st.sampled_from(["", " # note", "#note", " ", "x"]), newline).map("".join)
files = st.one_of(st.lists(line, max_size=6).map("".join), st.lists(st.one_of(tricky, names), max_size=25).map("".join),
                  st.lists(line, max_size=3).map(lambda lines: "\ufeff" + "".join(lines)))
files = files.filter(lambda s: "\0" not in s).map(lambda s: s.encode("utf-8"))


@COMMON
@given(value=values)
@example(value="ends in a backslash\\")
@example(value="ends in two\\\\")
@example(value="'")
@example(value="\\'")
@example(value="${HOME}")
@example(value="${")
@example(value="$${A}${B:-c}")
@example(value="a\r\nb\rc\n")
@example(value="\\\r\\")
@example(value="-----BEGIN KEY-----\nabc\n-----END KEY-----\n")
@example(value="")
def test_every_version_reads_back_what_keylift_writes_into_a_new_file(tool, versions, value):
    written = tool.set("TARGET", b"", value.encode())
    assert isinstance(written, bytes), written
    for version in versions:
        assert python_values(version, written) == {"TARGET": value}, version.number
    assert tool.get("TARGET", written) == value.encode()


@COMMON
@given(content=files, value=values)
@example(content=b"A='it\\'", value="x'y")
@example(content=b'A="open\n', value='x"y')
@example(content=b"TARGET= # note\n", value="new")
@example(content=b"TARGET='old' # note\r\nB=1\r\n", value="new one")
def test_every_version_reads_back_what_keylift_sets_in_any_file(tool, versions, content, value):
    written = tool.set("TARGET", content, value.encode())
    if isinstance(written, str):
        # Only where something is wrong with the file: never for the value.
        odd = any(error for _, _, error in python_bindings(versions[0], content) + python_bindings(versions[-1], content))
        differs = python_bindings(versions[0], content) != python_bindings(versions[-1], content)
        # A quote after a backslash ends the value for one grammar, and goes on to the next quote, which
        # may be in what is added, for the other.
        fragile = b"\\'" in content or b'\\"' in content
        assert odd or differs or fragile, written
        return
    for version in versions:
        before, after = python_values(version, content), python_values(version, written)
        assert after["TARGET"] == value, version.number
        raw_before = [b for b in python_bindings(version, content) if b[0] not in (None, "TARGET") or b[2]]
        raw_after = [b for b in python_bindings(version, written) if b[0] not in (None, "TARGET") or b[2]]
        assert raw_after == raw_before, version.number
        assert after.keys() - {"TARGET"} == before.keys() - {"TARGET"}


@COMMON
@given(content=files)
@example(content=b"A='a\\\\'\nB='c'\n")
@example(content=b"A='a\\'\n")
@example(content=b"A= # note\n")
@example(content=b"\xef\xbb\xbfA=1\n")
@example(content=b"A=${KL_T_SET}${B:-x}\nB=${A}${A}\n")
def test_keylift_reads_what_python_dotenv_reads(tool, versions, content):
    for version in versions:
        ours = tool.parse(version.dialect, content)
        assert isinstance(ours, list), ours
        theirs = python_bindings(version, content)
        assert len(ours) == len(theirs), version.number
        for (_, _, error, key, raw, _), (their_key, their_value, their_error) in zip(ours, theirs):
            assert (error, same_text(their_key, key), same_text(their_value, raw)) == (their_error, True, True)
        resolved = {key: value for _, _, _, key, _, value in ours if key is not None}
        expected = {k.encode(): None if v is None else v.encode() for k, v in python_values(version, content).items()}
        assert resolved == expected, version.number


@COMMON
@given(content=files, value=values)
def test_setting_one_name_changes_no_other_byte(tool, versions, content, value):
    """What is replaced lies inside the last line of TARGET; else the file is only added to."""
    written = tool.set("TARGET", content, value.encode())
    if isinstance(written, str):
        return
    spans = [(start, end, raw) for start, end, _, key, raw, _ in tool.parse("strict", content) if key == b"TARGET"]
    if not spans or spans[-1][2] is None:  # no line, or a last one that is a name without "="
        assert written.startswith(content)
        added = written[len(content):]
        assert added.lstrip(b"\r\n").startswith(b"TARGET=") and added.count(b"TARGET=") >= 1
        return
    start, end, _ = spans[-1]
    assert written[:start] == content[:start]
    assert written[len(written) - (len(content) - end):] == content[end:]


@pytest.mark.parametrize("value, why", [
    (b"nul\0inside", "NUL"),
    (b"\xff\xfe", "UTF-8"),
    ("lone \ud800 surrogate".encode("utf-8", "surrogatepass"), "UTF-8"),
    (b"x" * LIMIT, "cannot start others"),
])
def test_what_a_dotenv_file_cannot_hold_is_refused_by_name(tool, value, why):
    answer = tool.set("TARGET", b"", value)
    assert isinstance(answer, str) and "TARGET" in answer and why in answer


@pytest.mark.parametrize("value", [b"x" * (LIMIT - 10), b"'" * 60000, b"\\" * 60000, b"${" * 8000, b"\r" * 60000])
def test_long_values_are_held(tool, versions, value):
    written = tool.set("TARGET", b"", value)
    assert isinstance(written, bytes), written
    for version in versions:
        assert python_values(version, written) == {"TARGET": value.decode()}, version.number


def test_a_file_that_is_not_utf8_is_an_error(tool):
    assert "not UTF-8" in tool.get("A", b"A=\xff\n")
    assert "not UTF-8" in tool.set("A", b"B=\xff\n", b"x")


def test_interpolation_that_explodes_is_an_error(tool):
    content = b"A=" + b"x" * 1000 + b"\n" + b"".join(b"A=${A}${A}\n" for _ in range(40))
    assert "larger than" in tool.get("A", content)


@pytest.mark.parametrize("content", [b"'a=b'=x\nA=1\n", b"A=1\nB=x\0y\n", b"'a\0b'=1\nA=1\n"])
def test_a_file_that_load_dotenv_fails_on_is_an_error(tool, versions, content, tmp_path):
    assert "load_dotenv() fails" in tool.get("A", content)
    (tmp_path / "file").write_bytes(content)
    code = "import sys, dotenv; dotenv.load_dotenv(sys.argv[1])"
    for version in versions:
        ran = subprocess.run([sys.executable, "-c", code, str(tmp_path / "file")], capture_output=True,
                             env={"PYTHONPATH": str(version.folder), "PATH": os.environ["PATH"]})
        assert ran.returncode == 1 and b"ValueError" in ran.stderr


LOADED = ["it's ${HOME} \"q\" \\ end\\", "plain", "a\r\nb", "é\u2028x # y", " lead and trail ", "C:\\dir\\", "#x", "$(touch x)`y`"]


@pytest.mark.parametrize("value", support.some_thorough(LOADED, 4))
def test_a_program_gets_the_value_through_load_dotenv(tool, versions, value, tmp_path):
    written = tool.set("TARGET", b"# head\nOTHER=1\n", value.encode())
    (tmp_path / "file").write_bytes(written)
    code = ("import os, sys, dotenv; dotenv.load_dotenv(sys.argv[1]); "
            "sys.stdout.buffer.write(os.environ['TARGET'].encode('utf-8', 'surrogateescape'))")
    for version in versions:
        ran = subprocess.run([sys.executable, "-X", "utf8", "-c", code, str(tmp_path / "file")], capture_output=True,
                             check=True, env={"PYTHONPATH": str(version.folder), "PATH": os.environ["PATH"],
                                              "HOME": "/elsewhere"})
        assert ran.stdout == value.encode(), version.number
