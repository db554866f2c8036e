"""`git diff | keylift scan -`: what a diff brings, with the names and lines of the new files, as --staged tells it."""

import json
import subprocess

import pytest

import support

WHOLE = "-U1000000"  # all lines as context: then a diff has all that the files have


def places(report):
    return sorted((f["path"], f["line"], f["column"], f["end_line"], f["rule"], f["name"]) for f in report["findings"])


def scan(keylift, project, text, *flags, cwd=None):
    done = keylift("scan", "--no-config", "--format", "json", *flags, "-", cwd=cwd or project, input=text)
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert done.returncode == (2 if report["errors"] else 1 if report["findings"] else 0)
    return report


def staged(keylift, project, *flags):
    return json.loads(keylift("scan", "--no-config", "--staged", "--format", "json", *flags, cwd=project).stdout)


def password(name, seed):
    return f'{name} = "{support.made_password(seed=seed)}"\n'


@pytest.fixture
def shop(project):
    """Committed: files of several kinds with secrets in them. Staged: every kind of change."""
    project.git_init()
    lines = "".join(f"x{i} = {i}\n" for i in range(40))
    project.write("pay.py", password("password", 1) + lines + password("admin_password", 2))
    project.write("moved.py", password("api_password", 3) + lines)
    project.write("gone.py", password("old_password", 4))
    project.write("blob.bin", bytes(range(256)) * 9)
    project.write("crlf.py", lines.replace("\n", "\r\n"))
    project.commit()
    project.write("pay.py", lines + password("new_password", 5) + lines + password("admin_password", 2) + password("password", 1) * 2)
    project.git("mv", "moved.py", "sub moved.py")
    project.write("sub moved.py", project.read("sub moved.py") + 'import os\nos.environ["REGION"]\n' + password("db_password", 6).rstrip("\n"))
    (project / "gone.py").unlink()
    project.write('é "quoted"\t.py', password("password", 7) * 2)
    project.write("deep/.env", f"DB_PASSWORD={support.made_password(seed=8)}\n")
    project.write("blob.bin", bytes(range(256)) * 8)
    project.write("crlf.py", project.read("crlf.py").replace("x20 = 20", password("root_password", 9).strip()))
    project.write("lines.py", f'token = """\n{support.made_stripe_key(seed=10)}\n"""\n')
    project.git("add", "-A")
    return project


@pytest.mark.parametrize("flags", [[], ["-M"], ["--no-prefix"], ["--src-prefix=i/", "--dst-prefix=w/"], ["--binary"], ["--patience", "--full-index"]])
def test_a_diff_tells_what_the_index_tells(keylift, shop, flags):
    expected = staged(keylift, shop)
    report = scan(keylift, shop, shop.git("diff", "--cached", WHOLE, *flags))
    assert places(report) == places(expected) and len(places(report)) == 8
    assert report["stats"]["skipped"] == {"binary": 1} and report["stats"]["files"] == 6
    assert [(r["path"], r["line"]) for r in report["environment"]] == [(r["path"], r["line"]) for r in expected["environment"]]
    if "-M" in flags:
        assert report["stats"]["known"] == expected["stats"]["known"] == 3
        with_old = scan(keylift, shop, shop.git("diff", "--cached", WHOLE, *flags), "--whole-files")
        assert places(with_old) == places(staged(keylift, shop, "--whole-files"))


def test_lines_are_those_of_the_new_file_though_a_diff_has_few_of_them(keylift, shop):
    report = scan(keylift, shop, shop.git("diff", "--cached"))
    assert places(report) == places(staged(keylift, shop))
    report = scan(keylift, shop, shop.git("diff", "--cached", "-U0"))
    assert places(report) == places(staged(keylift, shop))


def test_names_are_seen_from_the_current_folder(keylift, shop):
    (shop / "deep/er").mkdir()
    report = scan(keylift, shop, shop.git("diff", "--cached"), cwd=shop / "deep/er")
    assert ("../../deep/.env", 1) in [place[:2] for place in places(report)]
    assert scan(keylift, shop, shop.git("diff", "--cached", "--", "deep"), "--exclude", "deep/", cwd=shop)["stats"]["skipped"] == {"excluded": 1}


def test_a_log_is_told_of_with_the_messages_of_its_commits(keylift, project):
    token = support.made_stripe_key(seed=1)
    project.git_init()
    project.write("a.py", password("password", 2))
    project.commit(f"Use {token}\n\n--- a/x\nno diff\n")
    project.write("a.py", "x = 1\n")
    project.write("b.py", "x = 1\n")
    project.commit()
    project.git("mv", "b.py", "c.py")
    project.commit(f"Rename\n\ntoken {token}")
    text = project.git("log", "-p", "-M", "--reverse")
    report = scan(keylift, project, text)
    expected = [i + 1 for i, line in enumerate(text.splitlines()) if token in line]
    assert [(f["path"], f["line"]) for f in report["findings"]] == [("<stdin>", n) for n in expected] + [("a.py", 1)]
    patch = project.git("format-patch", "--stdout", "--root", "HEAD~1")
    assert ("a.py", 1) in [place[:2] for place in places(scan(keylift, project, patch, "--stdin-filename", "x.patch"))]


def test_a_merge_brings_what_neither_side_has(keylift, project):
    project.git_init()
    project.write("a.py", "x = 1\n" * 3)
    project.commit()
    for branch, seed in (("left", 1), ("right", 2)):
        project.git("checkout", "-q", "-b", branch, "main")
        project.write("a.py", password(f"{branch}_password", seed) + "x = 1\n" * 3)
        project.commit()
    project.git("merge", "-q", "--no-commit", "-s", "ours", "left")
    project.write("a.py", "".join(password(*p) for p in (("left_password", 1), ("right_password", 2), ("both_password", 3))) + "x = 1\n" * 3)
    project.commit()
    text = project.git("show", "HEAD")
    assert "@@@" in text
    assert [place[:2] for place in places(scan(keylift, project, text))] == [("a.py", 3)]


def test_two_files_beside_each_other_are_compared_by_diff_as_well(keylift, project):
    project.write("old/a.py", "x = 1\n")
    project.write("new/a.py", "x = 1\n" + password("password", 1))
    text = subprocess.run(["diff", "-ruN", "old", "new"], cwd=project, stdout=subprocess.PIPE, text=True).stdout
    assert [place[:2] for place in places(scan(keylift, project, text))] == [("new/a.py", 2)]


def test_part_of_a_notebook_is_text(keylift, project):
    project.git_init()
    cells = [{"cell_type": "code", "source": [f"x{i} = 1\n"], "metadata": {}, "outputs": []} for i in range(30)]
    for token in (None, support.made_stripe_key(seed=1)):
        cells[15]["source"] = [f'k = "{token}"\n']
        project.write("a.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1))
        project.git("add", "-A") if token else project.commit()
    report = scan(keylift, project, project.git("diff", "--cached"))
    assert [(f["path"], f["rule"]) for f in report["findings"]] == [("a.ipynb", "stripe-live-key")] and report["errors"] == []


def test_silencing_and_the_baseline_hold(keylift, project):
    project.git_init()
    project.write("a.py", password("password", 1).rstrip() + "  # keylift: ignore\n" + password("db_password", 2))
    project.commit()
    keylift("baseline", "--accept-all", "--reason", "r", cwd=project)
    done = keylift("scan", "-", cwd=project, input=project.git("show", "HEAD"))
    assert done.returncode == 0 and "2 silenced (1 by the baseline)" in done.stdout, done.stdout


@pytest.mark.parametrize("text", [
    'x = """\n--- a\n+++ b\n@@ -1 +1 @@\n+k = "{1}"\n"""\n',
    "--- a/x.py\n+++ b/x.py\n\n@@ -1 +1 @@\n+{1}\n",
    "diff --git a/x.py b/x.py\nindex 1..2\n{1}\n",
])
def test_what_is_no_diff_or_has_a_name_of_its_own_is_read_as_it_is(keylift, project, text):
    text = text.replace("{1}", support.made_stripe_key(seed=2))
    name = "x.py" if text.startswith("x") else "notes"
    [found] = scan(keylift, project, text, "--stdin-filename", name)["findings"]
    assert found["path"] == name


@pytest.mark.parametrize("head", ["@@ -1,0 +1,1 @@", "@@ -1,9 +4294967295,9 @@", "@@ -1 +1,99999 @@ def f():"])
def test_a_diff_that_breaks_off_is_read_as_far_as_it_goes(keylift, project, head):
    text = f"--- a/x.py\n+++ b/x.py\n{head}\n+{password('password', 1)}"
    assert [f["path"] for f in scan(keylift, project, text)["findings"]] == ["x.py"]


@pytest.mark.thorough
def test_no_line_of_a_damaged_diff_is_lost(keylift, shop):
    """Whatever is done to its lines: each token that is still there is found, in a file or beside it."""
    chance, lines = support.chance(), []
    for i in range(30):
        shop.write(f"many/{i}.py", f'k = "{support.made_stripe_key(seed=i)}"\n' + "x = 1\n" * chance.randrange(9))
    shop.git("add", "-A")
    lines = shop.git("diff", "--cached").splitlines(keepends=True)
    for _ in range(support.times(40)):
        damaged = list(lines)
        for _ in range(chance.randrange(1, 30)):
            at = chance.randrange(len(damaged))
            what = chance.randrange(4)
            if what == 0:
                del damaged[at]
            elif what == 1:
                damaged.insert(at, chance.choice(lines))
            elif what == 2:
                damaged[at] = damaged[at][chance.randrange(len(damaged[at])) :]
            else:
                damaged[at] = chance.choice(["@@ -1,3 +1,3 @@\n", "@@@ -1 -1 +1 @@@\n", "\n", "\\ No newline\n", "-- \n", "+++ /dev/null\n"])
        text = "".join(damaged)
        tokens = {token for seed in range(30) if (token := support.made_stripe_key(seed=seed)) in text}
        gone = sum(f"-k = \"{token}" in text for token in tokens)
        report = scan(keylift, shop, text, "--whole-files", "--rules", "stripe-live-key", "--min-confidence", "0")
        assert len(report["findings"]) >= len(tokens) - gone - text.count("+++ /dev/null") * 30
