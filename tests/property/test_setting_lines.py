"""The lines of --setting-lines against the shells themselves: what sh and fish then have in the
environment is the value, byte for byte. PowerShell and cmd are not here to run: a reader of their
documented rules undoes the quoting."""

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

import support

COUNT = int(os.environ.get("KEYLIFT_SETTING_EXAMPLES", "4000"))
TOOL = support.BINARY.parent / "tests" / "tools" / "settingtool"
BATCH = 500

# What shells give a meaning to, and what encodings and terminals trip over.
PIECES = [
    *"'\"\\$`!%^&|<>(){}[]*?~#;=:, \t-+@/.", "\n", "\r", "\r\n", "$(id)", "${HOME}", "%PATH%", "!x!", "a", "Z",
    "0", "é", "ß", "‘", "’", "‚", "‛", "“", "”", "„", "\u2028", "\ufeff", "\U0001f511", "\x01", "\x1b[31m", "\x7f",
    "\u0085", "\uf600", "\uf6ff", "\ue000", "\ufdd0", "\uffff", "\U0010ffff", "\ud7ff", "e\u0301", "EOF", "\\n",
    "\\'", "''", '""', "%%", "^", "--", "-n", "a b",
]  # fmt: skip
FIXED = ["", " ", "x", "'", "\\", "\n", "\\\n", "trailing \\", " both ", "-n", "''", "x" * 70000, "é" * 30000]


def values():
    source = random.Random(20261126)
    yield from FIXED
    for _ in range(COUNT):
        yield "".join(source.choice(PIECES) for _ in range(source.randrange(1, 12)))


def lines_for(ending, texts):
    """[(value, line or None)]: None where keylift refuses."""
    texts = [text.encode() for text in texts]
    wanted = b"".join(b"%d\n%s" % (len(text), text) for text in texts)
    done = subprocess.run([TOOL, "x" + ending], input=wanted, stdout=subprocess.PIPE, check=True, timeout=60)
    rest, found = done.stdout, []
    for text in texts:
        head, rest = rest.split(b"\n", 1)
        if head.startswith(b"refused "):
            found.append((text, None))
            continue
        size = int(head.split()[1])
        found.append((text, rest[:size]))
        rest = rest[size:]
    assert rest == b""
    return found


def run_in(shell, script, tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(script)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    done = subprocess.run([*shell, path], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout


@pytest.mark.parametrize("ending, shell", [
    (".sh", ["sh"]), (".sh", ["bash", "--posix"]), (".sh", ["bash"]), 
    pytest.param(".fish", ["fish", "--no-config"], marks=pytest.mark.slow),
], ids=lambda x: x if isinstance(x, str) else "-".join(x))  # fmt: skip
def test_the_shell_has_the_value_byte_for_byte(ending, shell, tmp_path):
    assert shutil.which(shell[0]), f"{shell[0]} is not installed; ./test installs it"
    pairs = lines_for(ending, values())
    assert all(line is not None for _, line in pairs)
    for start in range(0, len(pairs), BATCH):
        batch = pairs[start : start + BATCH]
        # The environment of a child is what counts: a program is what will read it.
        script = b"".join(line.replace(b"V", b"V%d" % i, 1) for i, (_, line) in enumerate(batch))
        got = run_in(shell, script + b"env -0\n", tmp_path)
        have = dict(part.split(b"=", 1) for part in got.split(b"\0") if b"=" in part)
        for i, (value, _) in enumerate(batch):
            assert have[b"V%d" % i] == value


def powershell_reads(text):
    """about_Quoting_Rules: up to a single quote that is not doubled; U+2018 to U+201B are single quotes too."""
    quotes, at, out = "'‘’‚‛", 1, []
    assert text[0] == "'"
    while True:
        if text[at] in quotes:
            if at + 1 == len(text):
                return "".join(out)
            assert text[at + 1] in quotes, "the string ends too early"
            at += 1
        out.append(text[at])
        at += 1


def test_powershell_lines_undo_to_the_value():
    for value, line in lines_for(".ps1", values()):
        if value == b"":
            assert line is None  # $env:V = '' removes the variable
            continue
        text = line.decode()
        assert text.startswith("$env:V = '") and text.endswith("'\r\n")
        assert powershell_reads(text[len("$env:V = ") : -2]) == value.decode()


def test_cmd_lines_undo_to_the_value_or_are_refused():
    refused = 0
    for value, line in lines_for(".cmd", values()):
        text = value.decode()
        sayable = text and all(" " <= c <= "~" and c != '"' for c in text) and len(text) < 8000
        if line is None:
            assert not sayable
            refused += 1
            continue
        assert sayable
        start, end = b'@set "V=', b'"\r\n'
        assert line.startswith(start) and line.endswith(end) and b"%" not in line.replace(b"%%", b"")
        assert line[len(start) : -len(end)].replace(b"%%", b"%") == value
    assert refused


def test_what_no_shell_can_say_is_refused():
    for ending in (".sh", ".fish", ".ps1", ".cmd"):
        done = subprocess.run([TOOL, Path("x" + ending)], input=b"3\na\0b2\n\xff\xfe", stdout=subprocess.PIPE, check=True)
        assert done.stdout == b"refused unsupported\nrefused unsupported\n"
