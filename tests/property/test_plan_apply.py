"""On generated projects: a plan that is applied gives byte for byte what migrate gives, holds no part of a
value, and is taken back to the last byte by undo; and a plan that lost or changed a byte is refused or does
the same."""

import base64
import json
import random
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import support

NAMES = ["api_key", "password", "db_password", "secret_token", "MAIL_PASSWORD", "auth_token"]
SHAPES = [
    "{n} = {v}\n", "{n}: str = {v}\n", "{n} = other = {v}\n", "conf = {{'{n}': {v}, 'port': 1}}\n",
    "class C:\n    {n} = {v}\n", "def f({n}={v}):\n\treturn {n}\n", "connect({n}={v})  # note\n",
    "if x: {n} = {v}\n", "{n} = (\n    {v}\n)\n", "self.{n} = {v}; y = 1\n", "match x:\n    case {v}:\n        pass\n",
]  # fmt: skip
HEADS = ["", "#!/usr/bin/env python3\n", '"""Doc."""\n', "from __future__ import annotations\n", "import os\n",
         "from . import tools\n", "# caf\u00e9 \u2603\n\n"]  # fmt: skip
PATHS = ["app.py", "main.py", "shop/pay.py", "shop/mail.py", "shop/deep/conf.py", "caf\u00e9.py"]


@st.composite
def literal(draw, value):
    kind = draw(st.sampled_from(["repr", "double", "triple", "bytes", "joined", "escaped"]))
    if kind == "double":
        return f'"{value}"'
    if kind == "triple":
        return f'"""{value}"""'
    if kind == "bytes":
        return repr(value.encode())
    if kind == "joined":
        at = draw(st.integers(1, len(value) - 1))
        return f"'{value[:at]}' \"{value[at:]}\""
    if kind == "escaped":
        return f"'\\x{ord(value[0]):02x}{value[1:]}'"
    return repr(value)


@st.composite
def project_files(draw):
    source = random.Random(draw(st.integers(0, 2**32)))
    values = ["".join(source.choice(support.ALNUM) for _ in range(28)) for _ in range(3)]
    files = {"setup.py": b"", "shop/__init__.py": b"", "shop/tools.py": b"", "shop/deep/__init__.py": b""}
    for path in draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4, unique=True)):
        text = draw(st.sampled_from(HEADS))
        for _ in range(draw(st.integers(1, 3))):
            value = draw(st.sampled_from(values))
            text += draw(st.sampled_from(SHAPES)).format(n=draw(st.sampled_from(NAMES)), v=draw(literal(value)))
        text = text.rstrip("\n") if draw(st.booleans()) else text
        eol = draw(st.sampled_from(["\n", "\n", "\r\n"]))
        files[path] = text.replace("\n", eol).encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig"])))
    return files, values, draw(st.booleans())


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plans")
    (folder / "home").mkdir()
    return folder


def make(ground, name, files, git):
    shutil.rmtree(ground / name, ignore_errors=True)
    (ground / name).mkdir()
    project = support.Project(ground / name, ground / "home")
    for path, content in files.items():
        project.write(path, content)
    if git:
        project.git_init().commit()
    return project


def without(project, *names):
    return {name: content for name, content in project.files().items()
            if name not in names and not name.startswith(".keylift")}  # fmt: skip


@settings(max_examples=support.times(40))
@given(made=project_files())
def test_apply_is_migrate_and_undo_is_the_way_back(ground, made):
    files, values, git = made
    keylift = support.Keylift(ground / "home")
    # The name of a project's folder may stand in names.
    one = make(ground, "shop-project", files, git)
    migrated = keylift("migrate", "--yes", ".", cwd=one)
    assert migrated.returncode in (0, 1), migrated.stderr
    expected = without(one)
    two = make(ground, "shop-project", files, git)
    assert keylift("plan", "-o", "plan.json", ".", cwd=two).returncode == migrated.returncode
    text = two.read("plan.json")
    assert not any(value[at : at + 7] in text for value in values for at in range(len(value) - 6))
    applied = keylift("apply", "--yes", "plan.json", cwd=two)
    assert applied.returncode == 0, applied.stderr
    assert without(two, "plan.json") == expected
    again = keylift("apply", "--yes", "plan.json", cwd=two)
    assert again.returncode == 0 and without(two, "plan.json") == expected
    if json.loads(text)["files"]:
        back = keylift("undo", "--yes", cwd=two)
        assert back.returncode == 0, back.stdout + back.stderr
    assert without(two, "plan.json", ".env", ".gitignore", ".env.example") == files


@settings(max_examples=support.times(60))
@given(made=project_files(), data=st.data())
def test_a_plan_that_was_changed_is_refused_or_does_the_same(ground, made, data):
    files, values, _ = made
    keylift = support.Keylift(ground / "home")
    project = make(ground, "changed", files, False)
    keylift("plan", "-o", "plan.json", ".", cwd=project)
    plan = bytearray((project / "plan.json").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(plan) - 1))
        how = data.draw(st.sampled_from(["flip", "drop", "cut"]))
        if how == "flip":
            plan[at] = data.draw(st.sampled_from(list(b'0123456789abcdef"\\{}[],:./')))
        elif how == "drop":
            del plan[at]
        elif at > 0:
            del plan[at:]
    (project / "plan.json").write_bytes(plan)
    applied = keylift("apply", "--yes", "plan.json", cwd=project)
    if applied.returncode == 2:
        assert without(project, "plan.json") == files
        assert not any(value in applied.stdout + applied.stderr for value in values)
    else:
        assert applied.returncode == 0
        sources = {name: content for name, content in without(project, "plan.json").items() if name in files}
        environment = (project / ".env").read_text() if (project / ".env").exists() else ""
        for value in values:
            if any(value.encode() in content for content in files.values()):
                as_bytes = base64.b64encode(value.encode()).decode()  # a .env file holds text alone
                stored = value in environment or as_bytes in environment
                assert stored or any(value.encode() in content for content in sources.values())
