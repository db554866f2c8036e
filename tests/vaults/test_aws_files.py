"""AWS's files as keylift reads them beside boto3's own reader, and words beside Python's shlex."""

import json
import os
import shlex
import subprocess
import tempfile

import botocore.configloader
import botocore.exceptions
from hypothesis import example, given
from hypothesis import strategies as st

import support

TOOL = support.BINARY.parent / "tests" / "tools" / "awsini"

# Pieces that a generated file is made of: each has been read wrongly by some reader.
PIECES = ("[", "]", "default", "profile ", "x", "Key", "key", "=", ":", " ", "  ", "\t", "\n", "\r\n", "\r", "#", ";", '"',
          "a b", "\n  ", "\n\n", "[DEFAULT]", "[a]\n", "k = v\n", "s3 =\n  a = b\n", "é", "\\", "'", "\n # c\n")  # fmt: skip
FILES = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def read(text, *args):
    done = subprocess.run([TOOL, *args], input=text.encode(), stdout=subprocess.PIPE, check=True, timeout=60)
    return json.loads(done.stdout)


def boto3(text):
    with tempfile.NamedTemporaryFile("wb", delete=False) as file:
        file.write(text.encode())
    try:
        return botocore.configloader.raw_config_parse(file.name)
    except botocore.exceptions.ConfigParseError:
        return None
    finally:
        os.unlink(file.name)


@given(FILES)
@example("[a]\nx=1\n\n  2\n\n\ny=3\n")
@example("[a]\ns3 =\n  b = c\n  b = d\n\n  e=f\n")
@example("[DEFAULT]\nx=1\n[a]\nx=2\n[b]\n")
@example("[a]]b]\nx:=1\n")
@example("[a]\n  x = 1\n y = 2\n")
def test_files_are_read_as_boto3_reads_them(text):
    expected, found = boto3(text), read(text)
    if expected is None:
        assert set(found) == {"error"} and found["error"]
    else:
        assert found == expected


@given(st.lists(st.sampled_from((" ", "\t", "\n", "a", "é", "'", '"', "\\", "$x", "`", "''")), max_size=20).map("".join))
def test_words_are_split_as_shlex_does(text):
    try:
        expected = shlex.split(text)
    except ValueError:
        expected = None
    found = read(text, "words")
    assert (found if expected is not None else set(found)) == (expected if expected is not None else {"error"})
