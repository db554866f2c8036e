"""Any command line and any configuration: a status of 0, 1 or 2, a message for 2, never a crash."""

import json
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import support

# No "/" and no "..": a made-up value of --output must stay in the project.
WORDS = st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), max_size=12).filter(
    lambda text: ".." not in text
)
TABLE = json.loads(subprocess.run([support.BINARY, "command-table"], stdout=subprocess.PIPE).stdout or "{}")
OPTIONS = [f"--{option['name']}" for option in TABLE.get("options", [])]
LETTERS = [f"-{option['letter']}" for option in TABLE.get("options", []) if option["letter"]]
COMMANDS = [command["name"] for command in TABLE.get("commands", [])]
VALUES = ["text", "json", "low", "high", "none", "all", "dotenv", "environ", "inline", "0.5", "2", ".", "a.py", "-", "--"]
ARGUMENT = st.one_of(
    st.sampled_from(COMMANDS or ["scan"]),
    st.sampled_from(OPTIONS + LETTERS + VALUES),
    st.builds("{}={}".format, st.sampled_from(OPTIONS or ["--x"]), st.sampled_from(VALUES)),
    st.builds("{}={}".format, st.sampled_from(OPTIONS or ["--x"]), WORDS),
    WORDS,
)
RUNS = settings(max_examples=support.times(150), suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(done):
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr
    if done.returncode == 2:
        assert done.stdout or done.stderr


@RUNS
@given(arguments=st.lists(ARGUMENT, max_size=6))
def test_any_arguments(keylift, project, arguments):
    project.write("a.py", 'password = "qwertz-8472-uiop"\n')
    check(keylift(*arguments, cwd=project))


KEYS = [option["config_key"] for option in TABLE.get("options", [])] + ["ignore", "nonsense"]
JSONLIKE = st.recursive(
    st.one_of(st.booleans(), st.integers(-10, 10), st.floats(allow_nan=False, allow_infinity=False), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["path", "rule", "x"]), inner, max_size=3)),
    max_leaves=5,
)


def toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


@RUNS
@given(table=st.dictionaries(st.sampled_from(KEYS), JSONLIKE, max_size=3))
def test_any_configuration_of_valid_toml(keylift, project, table):
    project.write("a.py", "x = 1\n")
    project.write("keylift.toml", "".join(f"{key} = {toml(value)}\n" for key, value in table.items()))
    done = keylift("scan", ".", cwd=project)
    check(done)
    assert done.returncode == 0 or "keylift.toml" in done.stderr or "no file in this folder" in done.stdout or (
        "there is no rule" in done.stderr
    )


@RUNS
@given(content=st.one_of(st.binary(max_size=200), st.text("[]=\"'\n#.{}keyliftool", max_size=60).map(str.encode)))
@pytest.mark.parametrize("name", ["keylift.toml", "pyproject.toml"])
def test_any_configuration_at_all(keylift, project, name, content):
    project.write("a.py", "x = 1\n")
    project.write(name, content)
    check(keylift("scan", ".", cwd=project))
