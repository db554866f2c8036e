"""What a migration's journal and vault hold is enough to write every old byte again, and the
journal alone tells no part of a value."""

import json
import os
import subprocess
from pathlib import Path

import pytest

import support
from support import made, made_password

TOOL = Path(os.environ.get("KEYLIFT_UNDOTOOL", support.BINARY.parent / "tests" / "tools" / "undotool"))

# Spellings of one literal: V stands for the value.
SPELLINGS = {
    "plain": 'API_KEY = "V"\n',
    "single": "API_KEY = 'V'\n",
    "crlf": '# head\r\nAPI_KEY = "V"\r\n',
    "no last newline": 'x = 1\nAPI_KEY = "V"',
    "escapes": "API_KEY = 'V\\'\\\\\\x41\\u00e9\\n'\n",
    "bytes": "API_KEY = b'V\\xff\\x00'\n",
    "raw": "API_KEY = r'V\\d'\n",
    "triple": 'API_KEY = """V\nV"""\n',
    "joined": "API_KEY = 'V' \"V\"\n",
    "bracketed": "API_KEY = (\n    'V'\n    'V'\n)\n",
    "bom": '\ufeffAPI_KEY = "V"\n',
    "tabs": 'class A:\n\tdef f(self):\n\t\treturn connect(password="V")\t# note\n',
    "dictionary": 'C = {\n    "api_key": "V",\n    "port": 1,\n}\n',
    "header": '#!/usr/bin/env python\n"""A docstring."""\nfrom __future__ import annotations\n\nAPI_KEY = "V"\n',
}


def journal_of(project):
    [journal] = (project / ".git/keylift/runs").glob("*.jsonl")
    return journal


def site_of(text):
    """LINE:COL of the literal that holds V."""
    before = text.replace("\r\n", "\n").lstrip("\ufeff").split("V", 1)[0]
    line = before.rsplit("\n", 1)[-1]
    return f"{before.count(chr(10)) + 1}:{len(line.rstrip(chr(34) + chr(39)).rstrip('br')) + 1}"


@pytest.mark.parametrize("name", SPELLINGS)
def test_old_bytes_come_back_exactly(keylift, project, tmp_path, name):
    project.git_init()
    value = made("", 28) + made_password(12)
    source = SPELLINGS[name].replace("V", value).encode()
    project.write("app.py", source)
    project.commit()
    run = keylift("migrate", "--yes", "--site", f"app.py:{site_of(SPELLINGS[name])}", ".", cwd=project)
    rewritten = (project / "app.py").read_bytes()
    assert rewritten != source and value.encode() not in rewritten, run.stdout + run.stderr

    journal = journal_of(project)
    text = journal.read_text()
    assert value not in text and value[:8] not in text and value[-8:] not in text
    records = [json.loads(entry) for entry in text.splitlines()]
    assert [r for r in records if r["step"] == "finish"]

    restored = tmp_path / "restored"
    restored.mkdir()
    ran = subprocess.run([str(TOOL), str(journal), str(project.path), ".env", str(restored)],
                         capture_output=True, text=True, timeout=60)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    paths = ran.stdout.splitlines()
    at = paths.index(str((project / "app.py").resolve()))
    assert (restored / str(at)).read_bytes() == source


def test_a_changed_value_is_not_put_back(keylift, project, tmp_path):
    project.git_init()
    value = made("", 40)
    project.write("app.py", f'API_KEY = "{value}"\n')
    project.commit()
    keylift("migrate", "--yes", "--site", "app.py:1", ".", cwd=project)
    environment = project / ".env"
    environment.write_text(environment.read_text().replace(value, value[::-1] + "x"))
    ran = subprocess.run([str(TOOL), str(journal_of(project)), str(project.path), ".env", str(tmp_path)],
                         capture_output=True, text=True, timeout=60)  # fmt: skip
    assert ran.returncode == 1
    assert value not in ran.stdout + ran.stderr and "app.py" in ran.stderr
