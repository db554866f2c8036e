"""--summary: the text of a pull request, read by a Markdown parser: what stands in it, and that nothing in it means
more than itself."""

import base64
import re

import pytest
from markdown_it import MarkdownIt

from support import made_aws_id, made_password

PARSER = MarkdownIt("commonmark").enable("table")


def plain(inline):
    """What a reader sees; what is neither text nor code must not be there."""
    assert {child.type for child in inline.children} <= {"text", "code_inline", "text_special"}, inline
    return "".join(child.content for child in inline.children)


def parsed(text):
    """{heading: (tables' rows, list items, paragraphs)}"""
    sections, rows, at = {}, None, None
    tokens = PARSER.parse(text)
    assert not [token for token in tokens if token.type.startswith("html")]
    for i, token in enumerate(tokens):
        if token.type != "inline":
            if token.type == "tr_open":
                rows = []
            elif token.type == "tr_close":
                at["rows"].append(tuple(rows))
            continue
        before = tokens[i - 1].type
        if before == "heading_open":
            at = sections.setdefault(plain(token), {"rows": [], "items": [], "paragraphs": []})
        elif before in ("th_open", "td_open"):
            rows.append(plain(token))
        elif tokens[i - 2].type == "list_item_open":
            at["items"].append(plain(token))
        else:
            at["paragraphs"].append(plain(token))
    return sections


def summary(keylift, project, *more, command="migrate", status=(0, 1)):
    options = ["--yes"] if command == "migrate" else []
    run = keylift(command, *options, "--summary", "summary.md", *more, ".", cwd=project)
    assert run.returncode in status, run.stdout + run.stderr
    return parsed(project.read("summary.md"))


def test_it_has_what_moved_what_stayed_and_what_is_to_be_done(keylift, project):
    key, password = made_aws_id(), made_password()
    project.write("pay.py", f'shop_key = "{key}"\ndb_password = "{password}"\n')
    project.write("match.py", f'match input():\n    case "{made_aws_id()}":\n        pass\n')
    project.write("compose.yaml", f"x: {key}\n")
    project.write("secret.yaml", "data: " + base64.b64encode(password.encode()).decode() + "\n")
    project.write("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = []\n')
    project.write("uv.lock", "")
    found = summary(keylift, project)
    assert found["Secrets moved to .env"]["paragraphs"] == ["2 literals in 1 file; 2 left. No value is in this text."]
    assert set(found["What moved"]["rows"]) == {
        ("Name", "What it is", "Where it stood"), ("SHOP_KEY", "AWS access key id", "pay.py line 1"),
        ("DB_PASSWORD", "Password", "pay.py line 2")}  # fmt: skip
    _, by_hand, (where, what, why) = found["What was left, and why"]["rows"]
    assert (where, what) == ("match.py line 2", "AWS access key id") and "pattern" in why
    assert by_hand == ("compose.yaml line 1", "AWS access key id", "not Python code: move it by hand")
    _, *still = found["Where the values still stand"]["rows"]
    assert [row[:2] for row in still] == [("compose.yaml line 1", "SHOP_KEY"), ("secret.yaml line 1", "DB_PASSWORD")]
    assert "${SHOP_KEY}" in still[0][2]
    revoke = found["What to revoke and replace"]["items"]
    assert revoke[0].startswith("AWS access key id: IAM console") and revoke[1] == "keylift put SHOP_KEY"
    assert "keylift put DB_PASSWORD" in revoke
    assert found["What CI, servers and colleagues need"]["items"] == ["SHOP_KEY", "DB_PASSWORD"]
    assert found["Packages"]["items"] == ["pyproject.toml gained python-dotenv>=1.0.1", "uv.lock is out of date: uv lock"]
    text = project.read("summary.md")
    for spelled in (key, password, base64.b64encode(password.encode()).decode()):
        assert spelled not in text


NAMES = ["a|b.py", "`tick`.py", "a``b`.py", "*bold*_x_.py", "<script>.py", "[link](x).py", "~~a~~.py", "a\nb.py", "&amp;.py", "\\.py", "# x.py", "![a].py"]


@pytest.mark.parametrize("name", NAMES)
def test_odd_file_names_are_only_names(keylift, project, name):
    project.write(name, f'shop_key = "{made_aws_id()}"\n')
    project.write("keep/" + name, f'# {made_aws_id()}\n')
    found = summary(keylift, project)
    shown = name.replace("\n", "\\n")
    assert found["What moved"]["rows"][1][2] == f"{shown} line 1"
    assert found["What was left, and why"]["rows"][1][0] == f"keep/{shown} line 1"


def test_a_plan_says_what_would_move(keylift, project):
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    before = project.files()
    found = summary(keylift, project, command="plan")
    assert "What would move" in found and "Where the values still stand" not in found
    assert {name: content for name, content in project.files().items() if name != "summary.md"} == before


def test_a_dry_run_writes_none(keylift, project):
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    run = keylift("migrate", "--dry-run", "--summary", "summary.md", ".", cwd=project)
    assert run.returncode == 0 and not (project / "summary.md").exists()


def test_a_reason_with_signs_is_escaped(keylift, project):
    """A reason may quote the code; only its own signs are seen, and no HTML."""
    project.write("pay.py", f'import os\nshop_key = "{made_aws_id()}"\nos.environ.clear()\n')
    found = summary(keylift, project)
    (_, row) = found["What was left, and why"]["rows"]
    assert "environ" in row[2] and "\\" not in row[2]


def test_every_sign_of_markdown_that_we_write_is_one_that_the_parser_knows(keylift, project):
    project.write("pay.py", f'shop_key = "{made_aws_id()}"\n')
    summary(keylift, project)
    text = project.read("summary.md")
    assert not re.search(r"[ \t]+$", text, re.M) and text.endswith("\n") and "\n\n\n" not in text
