"""The lexer against CPython's own tokenizer and syntax tree (lexer_oracle.py), with zero differences:
on real files, on real files with small damage, and in every encoding; and what must hold for any bytes."""

import json
import os
import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

import support

HERE = Path(__file__).resolve().parent
LEXDUMP = support.BINARY.parent / "tests" / "tools" / "lexdump"
# Pure Python wheels of many styles and authors; 24 MB of code.
WHEELS = [
    "black==24.4.2",
    "celery==5.4.0",
    "django==5.0.6",
    "hypothesis==6.103.1",
    "paramiko==3.4.0",
    "pygments==2.18.0",
    "pytest==8.2.2",
    "rich==13.7.1",
    "setuptools==70.1.0",
    "werkzeug==3.0.3",
]


@pytest.fixture(scope="session")
def oracle_python():
    """The newest CPython of the machine, or KEYLIFT_TEST_PYTHON. One before 3.12 does not look into f-strings, and
    compares less (lexer_oracle.py)."""
    return os.environ.get("KEYLIFT_TEST_PYTHON") or str(support.newest_python()[1])


@pytest.fixture(scope="session")
def compare(oracle_python):
    """Runs the oracle on files; fails with the differences; returns the counts."""
    assert LEXDUMP.exists(), f"{LEXDUMP} is not built"

    def run(paths, *how, timeout=1800 * max(1, support.TIMES)):
        done = subprocess.run(
            [oracle_python, str(HERE / "lexer_oracle.py"), str(LEXDUMP), *how],
            input="".join(f"{p}\n" for p in paths), stdout=subprocess.PIPE, text=True, timeout=timeout,
        )  # fmt: skip
        *differences, summary = done.stdout.splitlines()
        assert not differences, "\n".join(differences[:40])
        assert done.returncode == 0
        return json.loads(summary)

    return run


class Files(list):
    """A list that does not fill the screen when a test fails."""

    def __repr__(self):
        return f"<{len(self)} files>"


@pytest.fixture(scope="session")
def stdlib(oracle_python):
    """Every .py file of that CPython, its own tests (also those of bad syntax) included."""
    command = [oracle_python, "-c", "import sysconfig; print(sysconfig.get_path('stdlib'))"]
    folder = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    found = (p for p in Path(folder).rglob("*.py") if "site-packages" not in p.parts)
    return Files(sorted(p for p in found if "\n" not in str(p)))


def wheel_files(requirement):
    """The .py files of a wheel, downloaded once into the build folder."""
    folder = support.BUILD / "wheels" / requirement.replace("==", "-")
    if not folder.exists():
        partial = folder.with_name(folder.name + f".{os.getpid()}.partial")
        partial.mkdir(parents=True)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "--platform", "any",
             "--python-version", "3.12", "--dest", str(partial), requirement], check=True, timeout=600,
        )  # fmt: skip
        [wheel] = partial.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(partial)
        partial.rename(folder)
    return sorted(folder.rglob("*.py"))


# Files that are about strings and tokens, for the everyday run.
TELLING = re.compile(
    r"test/(test_(fstring|tokenize|grammar|syntax|string_literals|unparse|ast|bytes|unicode_identifiers|coding|"
    r"source_encoding|codeccallbacks|named_expressions|format|indentation|exceptions|tabnanny)\w*|tokenizedata/\w+|"
    r"test_source_encoding/\w+)\.py$"
)


def test_sample_of_the_standard_library_is_lexed_as_cpython_does(compare, stdlib):
    telling = [p for p in stdlib if TELLING.search(str(p))]
    sample = random.Random(4).sample(stdlib, support.times(200))
    counts = compare(telling[: support.times(len(telling))] + sample)
    assert counts["files"] >= len(sample) and counts["tokens"] > 500 * len(sample) and counts["values"] > 25 * len(sample)


def chosen(files, part):
    """One of `part` files, but forty at least, drawn by the seed; every one in a soak."""
    if support.TIMES > 1:
        return files
    return Files(support.chance().sample(files, min(len(files), max(40, len(files) // part))))


@pytest.mark.slow
def test_standard_library_is_lexed_as_cpython_does(compare, stdlib):
    files = chosen(stdlib, 6)
    counts = compare(files)
    assert counts["files"] > 0.9 * len(files) > 90 and counts["rejected"] < 0.04 * counts["files"]


@pytest.mark.slow
@pytest.mark.parametrize("requirement", WHEELS)
def test_wheel_is_lexed_as_cpython_does(compare, requirement):
    counts = compare(chosen(wheel_files(requirement), 3))
    assert counts["files"] > 30 and counts["rejected"] < 0.1 * counts["files"]


# What is put into files to see whether both lexers still agree.
FRAGMENTS = """ ' " ''' \""" f' f" f''' f\""" rf" b' rb' u' { } {{ }} ( ) [ ] \\ ! !r != = == -> ... . : := # $ ? ` 1 0x 0b1
0o7 1_0 1e5 1. .5 1j if 1if é · \\N{BULLET} \\x41 \\777 \\u0041 \\ud800 def class lambda ~ @ @= <> <<= // **= ; , 01 0_0
1__0 0xfor 1.e 1e 1e+ 0b2 1and x" br" ur" bu" fb" 0o8 1_ 0_ 0b 1.2.3 \\0 \\400 \\Ufffffff 'a'b'c' Ⅷ ª ﬁ ℘ ゛ 𝔘 f"{x!r:>{w}}"
f'{x=}' f"{a:{b}}" f"{'a'}" f'{x:%H:%M}' f"{{}}" f"{x:{{y}}}" """.split() + [
    "\\\n", "\\\r\n", "\n", "\r", "\r\n", "\t", " ", "    ", "\f", "# x\n", "  \n", "\x00", "\x01", "\x0b", "\ufeff",
    "\u00a0", "\u200b", "\u3000", "\t\t", "        ", '"""\n', "f'''{\n", "f'{x:\n}'", "\\N{", "\\ ", "\n \\\n  ",
]  # fmt: skip
SEEDS = [
    'x = f"a{b}c{d!r:>{w}.{p}}{{e}}"\n',
    "def f():\n\tif x:\n\t    y\n",
    "def f():\n\tif x:\n        y\n",
    'print(f"""{x:\n}""")\n',
    "x = (1,\n  2)\n",
    "if a:\n    b\n  # c\nelse:\n  d\n",
    "x = '\\\n'\ny = b'\\n' rb'\\n' \n",
    "f'{a[\"b\"]}' f'{x:{y}}' 'z'\n",
    "f'{lambda x: 1}' f'{(lambda x: 1)}' f'{x:=5}' f'{(x:=5)}'\n",
    "class A:\n    '''a\n    b'''\n\n    def b(self):\n        return {'a': 1, **c}\n\nx = 1\n",
]


def damaged(rng, sources):
    """A small piece of real code with one to three small changes."""
    if rng.random() < 0.5:
        text = rng.choice(SEEDS) * rng.randint(1, 3)
    else:
        lines = rng.choice(sources).read_text("latin-1").splitlines(True) or ["x"]
        start = rng.randrange(len(lines))
        text = "".join(lines[start : start + 20])
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        at = rng.randrange(len(text) + 1)
        what = rng.random()
        if what < 0.6:
            text = text[:at] + rng.choice(FRAGMENTS) + text[at:]
        elif what < 0.8:
            text = text[:at] + text[at + rng.randint(1, 3) :]
        elif what < 0.9:
            text = text[:at] + "".join(rng.choice(FRAGMENTS) for _ in range(4)) + text[at:]
        else:
            text = text[:at]
    return text.encode("utf-8", "surrogatepass")


# What f-strings are made of, in short ones: most of the ways in which their parts meet.
PARTS = """{ } { } {{ }} x x y : : ! !r = \\N{ \\N{ \\N{BULLET} \\ \\{ \\} ( ) [ ] ' " ''' # , f' rf' f" f''' lambda := -> 1 \\' \\" é
\\x41 {x {x} {x: {x:{y} {x!r: {x=} {x=:""".split() + ["\n", "\n", "\r\n", "\r", " ", " ", "\\\n"]  # fmt: skip


def made_fstring(rng):
    quotes = rng.choice(["'", '"', "'''", '"""'])
    body = "".join(rng.choice(PARTS) for _ in range(rng.randint(1, 9)))
    before = rng.choice(["", "x = ", "(", "if 1:\n  "]) + rng.choice(["f", "f", "f", "rf", "fr", "F"])
    closing = quotes if rng.random() < 0.9 else ""
    return (before + quotes + body + closing + rng.choice(["\n", "", " 'z'\n", ")\n", "\ny = 1\n"])).encode()


def write_many(folder, count, make):
    """`count` files of a folder, each with what make(generator) gives."""
    rng = support.chance()
    for i in range(count):
        path = folder / f"{i}.py"
        path.write_bytes(make(rng))
        yield path


def damaged_files(folder, sources, count):
    small = [p for p in sources if p.stat().st_size < 100_000]
    return list(write_many(folder, count, lambda rng: damaged(rng, small)))


def test_damaged_code_is_accepted_and_rejected_as_cpython_does(compare, stdlib, tmp_path):
    count = support.times(3_000)
    rejected = compare(damaged_files(tmp_path, stdlib, count), "damaged")["rejected"]
    assert count / 3 < rejected < count * 14 / 15


def test_fstrings_of_any_parts_are_accepted_and_rejected_as_cpython_does(compare, tmp_path):
    count = support.times(3_000)
    counts = compare(list(write_many(tmp_path, count, made_fstring)), "damaged")
    assert count - counts["rejected"] > count / 10 and counts["values"] > count / 10


@pytest.mark.slow
def test_much_damaged_code_is_accepted_and_rejected_as_cpython_does(compare, stdlib, tmp_path):
    count = support.times(6_000)
    assert compare(damaged_files(tmp_path, stdlib, count), "damaged")["files"] == count


@pytest.mark.slow
def test_many_fstrings_of_any_parts_are_accepted_and_rejected_as_cpython_does(compare, tmp_path):
    count = support.times(6_000)
    assert compare(list(write_many(tmp_path, count, made_fstring)), "damaged")["files"] == count


def lexdump(data, tmp_path):
    path = tmp_path / "any.py"
    path.write_bytes(data)
    done = subprocess.run([str(LEXDUMP)], input=f"{path}\n", stdout=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 0
    return done.stdout.splitlines()


ZERO_WIDTH = {"DEDENT", "END", "NEWLINE", "NL"}
GAP = re.compile(rb"(?:[ \t\f]|\\(?:\r\n|\r|\n))*")


def check_invariants(data, lines):
    """Tokens are ordered and do not overlap; what lies between them is blank; partners know each other."""
    head = lines[0].split()
    tokens = [line.split() for line in lines[1:] if line[0] != "V"]
    at = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    for i, t in enumerate(tokens):
        kind, start, end, depth = t[0], int(t[1]), int(t[2]), int(t[9])
        assert at <= start <= end <= len(data)
        # Blanks, a backslash and a line end before the first token of a line are an INDENT at the token.
        joined = kind == "INDENT" and b"\\" in data[at:start]
        assert start < end or kind in ZERO_WIDTH or joined
        assert GAP.fullmatch(data, at, start), f"bytes {at}-{start} are in no token"
        at = end
        if t[8] != "-":
            partner = tokens[int(t[8])]
            assert int(partner[8]) == i and int(partner[9]) == depth
            assert (kind, partner[0]) in (("OP", "OP"), ("FSTART", "FEND"), ("FEND", "FSTART"))
        if kind == "ERROR":
            assert head[4] != "-" and int(head[4]) <= start
    assert tokens[-1][0] == "END" and at == len(data)
    assert [t[0] for t in tokens].count("INDENT") == [t[0] for t in tokens].count("DEDENT")


PIECES = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS).map(lambda s: s.encode("utf-8", "surrogatepass")), st.binary(max_size=3)),
    max_size=60,
).map(b"".join)


@settings(max_examples=support.times(300))
@given(data=PIECES)
def test_any_bytes_give_ordered_tokens_without_gaps(data, tmp_path_factory):
    check_invariants(data, lexdump(data, tmp_path_factory.getbasetemp()))


def test_a_dedent_to_nowhere_gives_ordered_tokens(tmp_path):
    data = b"if a:\n        b\n   c\n"
    check_invariants(data, lexdump(data, tmp_path))


@settings(max_examples=support.times(200))
@given(seed=st.integers(0, 1 << 32))
def test_real_files_with_bytes_flipped_or_cut_give_ordered_tokens_without_gaps(seed, stdlib, tmp_path_factory):
    rng = random.Random(seed)
    data = bytearray(rng.choice(stdlib).read_bytes()[:20_000])
    for _ in range(rng.choice([0, 1, 5, 50])):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    data = bytes(data[: rng.randrange(len(data) + 1)])
    lines = lexdump(data, tmp_path_factory.getbasetemp())
    if re.search(rb"coding[:=]", data) is None or lines[0].split()[1].startswith("utf"):
        check_invariants(data, lines)  # transcoded text has offsets of whole characters only


TRAPS = {
    "single quotes": b"'" * 2_000_001,
    "lines of unterminated literals": b"'a\n\"b\n" * 500_000,
    "unterminated triple quotes": b"\"\"\"a\n'''b\n\"\"\" " * 300_000,
    "unterminated f-strings": b"f'{\n" * 500_000,
    "f-strings that open triple quotes": b"f'''{f\"\"\"{" * 300_000,
    "backslash-newline": b"\\\n" * 2_000_000,
    "backslashes": b"\\" * 4_000_000,
    "open brackets": b"([{" * 1_000_000,
    "close brackets": b")]}" * 1_000_000,
    "mismatched brackets": b"(" * 900 + b"]}" * 1_000_000,
    "fields": b"f'" + b"{" * 3_000_000,
    "specifications": b"f'" + b"{a:" * 1_000_000,
    "bytes that are no UTF-8": b"\xff" * 3_000_000,
    "a blank that is not ASCII": "\u00a0".encode() * 1_500_000,
    "one identifier": b"a" * 8_000_000,
    "one number": b"1" * 8_000_000,
    "underscored number": b"1_" * 4_000_000,
    "indentation": b"".join(b" " * (i % 150) + b"a\n" for i in range(60_000)),
    "deeper and deeper": b"".join(b" " * i + b"a\n" for i in range(2_500)),
    "dedents to nowhere": b"if a:\n        b\n   c\n" * 200_000,
    "statements inside brackets": b"(\ndef\n" * 500_000,
    "NUL": b"\x00" * 4_000_000,
    "carriage returns": b"\r" * 4_000_000,
    "coding": b"#" + b"coding" * 500_000,
    "latin-1": b"# coding: latin-1\n'" + b"\xe9" * 2_000_000 + b"'\n",
    "named escapes": b"f'" + b"\\N{" * 1_000_000,
    "named escapes in a plain literal": b"'" + b"\\N{" * 1_000_000 + b"'",
}


@pytest.mark.parametrize("name", support.some_thorough(TRAPS, 3))
def test_no_input_takes_more_than_linear_time(name, tmp_path):
    """Megabytes of what makes careless lexers quadratic: the timeout is a hundred times what it takes."""
    path = tmp_path / "trap.py"
    path.write_bytes(TRAPS[name])
    done = subprocess.run([str(LEXDUMP), "-v"], input=f"{path}\n", stdout=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 0 and "tokens" in done.stdout


ENCODINGS = """ascii latin-1 iso-8859-15 iso8859_2 cp1250 cp1251 windows-1252 cp437 cp866 koi8-r koi8-u mac-roman tis-620
euc-jp shift_jis cp932 euc-kr cp949 gb2312 gbk gb18030 big5 cp950 hp-roman8 utf-8 UTF8 utf_8-unix Latin_1 iso-latin-1-unix
utf-16 no-such-encoding rot13 cp037 """.split()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_files_in_other_encodings_are_read_as_cpython_does(encoding, compare, tmp_path):
    try:
        # glibc maps the kana and Cyrillic of Big5 to the private use area, Python to what they are.
        letters = "漢字" if encoding in ("big5", "cp950") else "éÀßłжЯあア漢字가각กا€"
        sample = "".join(c for c in letters if c.encode(encoding, "ignore"))
        sample = sample.encode(encoding)
    except LookupError:
        sample = b"\xe9"
    paths = []
    for i, cookie in enumerate([f"# -*- coding: {encoding} -*-", f"#!/x\n# vim: fileencoding={encoding} :"]):
        for j, body in enumerate([b"x = 1", b"x = '" + sample + b"' # " + sample, b"\nx = b'a' '" + sample * 3 + b"'"]):
            for k, start in enumerate([b"", b"\xef\xbb\xbf"]):
                path = tmp_path / f"{i}{j}{k}.py"
                path.write_bytes(start + cookie.encode() + b"\r\n" + body + b"\r\n")
                paths.append(path)
    assert compare(paths)["files"] == len(paths)
