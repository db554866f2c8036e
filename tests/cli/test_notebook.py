"""Notebooks: the code cells are searched as Python, with names, contexts and places in the file, and rewritten
inside the JSON without moving another byte."""

import json

import pytest

import support
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
    assert literal == '\\"' + password + '\\"' and finding["fixable"]
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


def code_of(text):
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


def without_code(text):
    found = json.loads(text)
    for cell in found["cells"]:
        if cell["cell_type"] == "code":
            del cell["source"]
    return found


def changed_lines(before, after):
    return [line for line in after.split("\n") if line not in before.split("\n")]


@pytest.mark.parametrize("indent", [1, 4, None])
def test_code_cells_are_rewritten_and_not_another_byte(keylift, project, indent):
    key, password = made_aws_id(), made_password()
    text = notebook(("markdown", ["# é\n", "text"]), ("code", ["import json\n", "host = 'h'"]),
                    ("code", [f'api_key = "{key}"  # kept\n', f'url = f"https://{{host}}/?k={key}"']),
                    ("code", f"login = dict(password='{password}')\nprint(len(login))"), indent=indent)
    project.write("a.ipynb", text)
    run = keylift("migrate", "--yes", "a.ipynb", cwd=project)
    assert run.returncode == 0, run.stdout
    new = project.read("a.ipynb")
    assert key not in new and password not in new
    assert without_code(new) == without_code(text)
    assert code_of(new) == [
        "import json\nhost = 'h'",
        'import os\n\nfrom dotenv import load_dotenv\n\nload_dotenv(".env")\n\n'
        'api_key = os.environ["API_KEY"]  # kept\nurl = f"https://{host}/?k={os.environ[\'API_KEY\']}"',
        'login = dict(password=os.environ["PASSWORD"])\nprint(len(login))',
    ]
    if indent:
        for line in changed_lines(text, new):
            assert "os" in line or "dotenv" in line or line.strip() == '"\\n",'
    assert keylift("migrate", "--yes", "a.ipynb", cwd=project).returncode == 0
    assert project.read("a.ipynb") == new
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    assert project.read("a.ipynb") == text


@pytest.mark.parametrize("literal", ["'{0}'", '"{0}"', '"""{0}"""', "r'{0}'", "b'{0}'", "'a' '{0}'", "'\\x41{0}'",
                                     "'\\u0041{0}'"])  # fmt: skip
def test_undo_brings_every_spelling_in_json_back(keylift, project, literal):
    text = notebook(("code", ["password = " + literal.format(made_password()) + "\n", "print(password)"]))
    project.write("a.ipynb", text)
    assert keylift("migrate", "--yes", "a.ipynb", cwd=project).returncode == 0
    assert "os.environ" in project.read("a.ipynb")
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    assert project.read("a.ipynb") == text


def test_what_ipython_reads_itself_is_left_and_the_rest_is_rewritten(keylift, project):
    key = made_aws_id()
    text = notebook(("code", ["%matplotlib inline\n", "x = 1"]),
                    ("code", ["%%bash\n", "echo don't \"\n", f"export KEY=\"{key}\"\n"]),
                    ("code", ["!echo it's\n", f"%env AWS_ACCESS_KEY_ID={key}\n", "files = !ls\n", "print?\n",
                              "y = (7\n", "     % 4)\n"]),
                    ("code", ["%%time\n", f'api_key = "{key}"\n']))  # fmt: skip
    project.write("a.ipynb", text)
    run = keylift("migrate", "--yes", "--format", "json", "a.ipynb", cwd=project)
    report = json.loads(run.stdout)
    assert [site["reason"] for site in report["left"]] == [
        "in a line that IPython reads itself (%magic, !shell)",
        "in an output, the metadata or a command of a notebook",
    ]
    old, new = code_of(text), code_of(project.read("a.ipynb"))
    assert new[:3] == old[:3]
    assert new[3] == ('%%time\nimport os\n\nfrom dotenv import load_dotenv\n\nload_dotenv(".env")\n\n'
                      f'api_key = os.environ["{report["names"][0]["name"]}"]\n')  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda n: n["metadata"].update(kernelspec={"language": "julia", "name": "julia"}),
         "a notebook of another language"),
        (lambda n: n["cells"].append({"cell_type": "code", "source": ["def broken(:\n"]}), "the file is not valid Python (it does not lex)"),
    ],
)  # fmt: skip
def test_a_notebook_that_is_not_understood_stays(keylift, project, change, reason):
    found = json.loads(notebook(("code", [f'db_password = "{made_password()}"\n'])))
    change(found)
    project.write("a.ipynb", json.dumps(found))
    before = project.read("a.ipynb")
    run = keylift("migrate", "--yes", "--format", "json", ".", cwd=project)
    assert [site["reason"] for site in json.loads(run.stdout)["left"]] == [reason]
    assert project.read("a.ipynb") == before


def test_an_escape_that_undo_could_not_write_again_leaves_the_literal(keylift, project):
    password = made_password()
    text = notebook(("code", [f'db_password = "{password}"\n'])).replace(password, "\\u0061" + password)
    project.write("a.ipynb", text)
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 1 and "undo could not" in run.stdout
    assert project.read("a.ipynb") == text


def test_a_loaded_dotenv_file_is_not_loaded_again(keylift, project):
    text = notebook(("code", ["import os\n", "from dotenv import load_dotenv\n", "load_dotenv('.env')"]),
                    ("code", [f'db_password = "{made_password()}"']))
    project.write("a.ipynb", text)
    keylift("migrate", "--yes", ".", cwd=project)
    assert code_of(project.read("a.ipynb"))[1] == 'db_password = os.environ["DB_PASSWORD"]'


def executed(path, environment):
    """The text that each code cell prints, in a kernel that starts in the notebook's folder."""
    import nbclient
    import nbformat

    found = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(found, timeout=120, kernel_name="python3",
                                     resources={"metadata": {"path": str(path.parent)}})  # fmt: skip
    client.execute(env=environment)
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in found.cells]


@pytest.mark.slow
def test_the_notebook_prints_what_it_printed(keylift, project, home):
    password = made_password()
    cells = [("code", ["%cd -q .\n", "host = 'h'\n", f'key = "{made_aws_id()}"\n', "print(key)"]),
             ("code", [f'url = f"https://bob:{password}@{{host}}/"\n', "print(url)"]),
             ("code", ["!echo shell"])]
    found = json.loads(notebook(*cells))
    for cell in found["cells"]:
        cell["execution_count"] = None
    found["metadata"]["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    found["nbformat_minor"] = 4
    project.write("book/a.ipynb", json.dumps(found, indent=1))
    environment = support.clean_env(home, IPYTHONDIR=str(home / "ipython"))
    before = executed(project / "book" / "a.ipynb", environment)
    assert password in before[1] and "shell" in before[2]
    assert keylift("migrate", "--yes", "book/a.ipynb", cwd=project).returncode == 0
    assert password not in project.read("book/a.ipynb")
    after = executed(project / "book" / "a.ipynb", environment)
    assert after == before


def test_clear_outputs_puts_the_name_where_a_moved_value_stood(keylift, project):
    key, other = made_aws_id(), made_aws_id()
    found = json.loads(notebook(("code", [f'api_key = "{key}"  # {key}\n', "print(api_key)"]), ("code", ["x = 1"])))
    found["cells"][0]["outputs"] = [{"name": "stdout", "output_type": "stream", "text": [f"key: {key}\n", "more"]}]
    found["cells"][1]["outputs"] = [{"name": "stdout", "output_type": "stream", "text": [f"{other}\n"]}]
    found["metadata"]["note"] = f"made with {key}"
    text = json.dumps(found, indent=1)
    project.write("a.ipynb", text)
    run = keylift("migrate", "--yes", "--format", "json", "--clear-outputs", "--scrub-comments", ".", cwd=project)
    name = json.loads(run.stdout)["names"][0]["name"]
    new = project.read("a.ipynb")
    assert key not in new and other in new
    after = json.loads(new)
    assert after["cells"][0]["outputs"][0]["text"] == [f"key: {name}\n", "more"]
    assert after["metadata"]["note"] == f"made with {name}"
    assert f'api_key = os.environ["{name}"]  # {name}' in code_of(new)[0]
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    assert project.read("a.ipynb") == text


def test_the_plan_says_why_a_notebook_reads_by_itself(keylift, project):
    project.write("shop/usage.ipynb", notebook(("code", [f'password = "{made_password()}"\n'])))
    plan = keylift("plan", "--style", "module", ".", cwd=project)
    assert "a notebook runs in its own folder" in " ".join(plan.stdout.split())


@pytest.mark.parametrize("last", ["print(token)", "print(token)  # shown", "# shown", "if token:\n    print(token)"])
def test_outputs_behind_the_last_line_of_a_cell_are_cleared(keylift, project, last):
    key = made_aws_id()
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": [f'token = "{key}"\n', last],
            "outputs": [{"name": "stdout", "output_type": "stream", "text": [f"{key}\n"]}]}  # fmt: skip
    text = json.dumps({"cells": [cell, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)
    project.write("a.ipynb", text)
    assert keylift("migrate", "--yes", "--clear-outputs", ".", cwd=project).returncode == 0
    assert key not in project.read("a.ipynb") and 'os.environ' in project.read("a.ipynb")
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    assert project.read("a.ipynb") == text
