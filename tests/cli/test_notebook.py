"""Notebooks: the code cells are searched as Python, with names, contexts and places in the file."""

import json

from support import made, made_aws_id, made_password


def notebook(*cells, indent=1):
    return json.dumps(
        {"cells": [{"cell_type": kind, "metadata": {}, "outputs": [], "source": source} for kind, source in cells],
         "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=indent)


def scan(keylift, project, *arguments):
    return json.loads(keylift("scan", "--format", "json", *arguments, ".", cwd=project).stdout)


def test_a_code_cell_is_python_with_names_and_places(keylift, project):
    password = made_password()
    text = notebook(("markdown", ["# A title\n"]),
                    ("code", ["import os\n", f'db_password = "{password}"\n', 'x = os.environ["SHOP_TOKEN"]']))
    project.write("a.ipynb", text)
    report = scan(keylift, project)
    [finding] = report["findings"]
    assert finding["name"] == "db_password" and finding["context"] == "assignment"
    assert finding["line"] == text[: text.index(password)].count("\n") + 1
    literal = text.encode()[finding["start_byte"] : finding["end_byte"]].decode()
    assert literal == '\\"' + password + '\\"' and not finding["fixable"]
    [read] = report["environment"]
    assert (read["name"], read["access"]) == ("SHOP_TOKEN", "environ[]")
    assert read["line"] == text[: text.index("SHOP_TOKEN")].count("\n") + 1


def test_a_source_of_one_string_counts_and_the_type_may_stand_behind_it(keylift, project):
    password = made_password()
    project.write("a.ipynb", json.dumps({"cells": [
        {"source": f'a = 1\nlogin(password="{password}")\n', "cell_type": "code"},
        {"source": f'login(password="{password}")', "cell_type": "raw"}]}))
    assert [f["context"] for f in scan(keylift, project)["findings"]].count("keyword-argument") == 1


def test_a_token_in_an_output_is_found_too_and_nothing_twice(keylift, project):
    key = made_aws_id()
    cell = {"cell_type": "code", "metadata": {}, "source": [f'key = "{key}"'],
            "outputs": [{"output_type": "stream", "text": [made_aws_id() + "\n"]}]}
    project.write("a.ipynb", json.dumps({"cells": [cell], "nbformat": 4}, indent=1))
    findings = scan(keylift, project)["findings"]
    assert [f["rule"] for f in findings] == ["aws-access-key-id"] * 2
    assert {f["context"] for f in findings} == {"assignment", "text"}


def test_escapes_in_the_json_are_read_before_the_python(keylift, project):
    value = made_password(12) + "\\" + made(length=8)
    project.write("a.ipynb", notebook(("code", [f"password = {value!r}\n"])))
    assert [f["name"] for f in scan(keylift, project)["findings"]] == ["password"]


def test_a_damaged_notebook_gives_what_it_still_has(keylift, project):
    password = made_password()
    text = notebook(("code", [f'db_password = "{password}"\n']), ("code", ["x = 1\n"]))
    for cut in range(text.index(password) + len(password) + 4, len(text), 7):
        project.write("a.ipynb", text[:cut])
        assert len(scan(keylift, project)["findings"]) == 1, text[:cut]
    project.write("a.ipynb", b'{"cells": [' * 5000 + b'"source": "\\u12')
    assert scan(keylift, project)["findings"] == []


def test_migrate_leaves_a_notebook_with_the_reason(keylift, project):
    project.write("a.ipynb", notebook(("code", [f'db_password = "{made_password()}"\n'])))
    before = project.files()
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 1 and "notebook" in run.stdout
    assert project.files() == before
