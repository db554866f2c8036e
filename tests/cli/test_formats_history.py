"""The reports for other programs, of what is not simply in a file: a commit, an archive, a line with a date, a key that its
provider was asked about. A reader must be told, and must not be sent to a line that is not there."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ElementTree
import zipfile

import pytest

import support

GONE, STAYS = support.made_stripe_key(seed=1), support.made_stripe_key(seed=2)


@pytest.fixture
def past(project):
    """One secret that a later commit took away, and one that is still there."""
    project.write("gone.py", f'key = "{GONE}"\n')
    project.git_init().commit()
    project.write("gone.py", "key = None\n")
    project.write("stays.py", f'\nkey = "{STAYS}"\n')
    return project.commit()


def scan(keylift, project, kind, *flags):
    done = keylift("scan", "--no-config", "--format", kind, *flags, ".", cwd=project)
    assert done.returncode == 1, done.stdout + done.stderr
    assert GONE not in done.stdout and STAYS not in done.stdout
    return done.stdout


def commits(keylift, project):
    found = json.loads(scan(keylift, project, "json", "--history"))["findings"]
    assert [(f["path"], f["in_head"]) for f in found] == [("gone.py", False), ("stays.py", True)]
    return [f["commit"] for f in found]


def test_github_marks_no_line_that_the_newest_commit_does_not_have(keylift, past):
    gone, stays = scan(keylift, past, "github", "--history").splitlines()
    first, second = commits(keylift, past)
    assert re.match(r"::error title=keylift stripe-live-key::gone\.py:1: ", gone)
    assert first[:12] in gone and "is not in the newest one" in gone and "keylift migrate" not in gone and "revoke it (" in gone
    assert stays.startswith("::error file=stays.py,line=2,endLine=2,col=7,") and second[:12] in stays
    assert "It stays in the history: revoke it (" in stays and "keylift migrate" in stays


def test_github_offers_migrate_where_it_helps(keylift, project):
    project.write("a.yaml", f"key: {STAYS}\n")
    assert "keylift migrate" not in scan(keylift, project, "github")


def test_junit_names_the_commit_in_each_case(keylift, past):
    cases = ElementTree.fromstring(scan(keylift, past, "junit", "--history")).findall(".//testcase")
    names = [case.get("name") for case in cases]
    assert [name[-12:] for name in names] == [commit[:12] for commit in commits(keylift, past)]
    assert "is not in the newest one" in cases[0].find("failure").get("message")


def test_gitlab_has_the_commit_and_its_date(keylift, past):
    found = json.loads(scan(keylift, past, "gitlab", "--history"))["vulnerabilities"]
    assert [v["location"]["commit"]["sha"] for v in found] == commits(keylift, past)
    assert all(re.match(r"\d{4}-\d\d-\d\dT", v["location"]["commit"]["date"]) for v in found)
    now = json.loads(scan(keylift, past, "gitlab"))["vulnerabilities"]
    assert [v["location"]["commit"] for v in now] == [{"sha": "0000000"}]


@pytest.mark.parametrize("flags, members", [
    (["--history"], ["commit", "author_date", "in_head"]),
    (["--blame"], ["since", "since_commit"]),
    ([], []),
])
def test_the_table_has_the_columns_of_what_was_asked(keylift, past, flags, members):
    rows = list(csv.reader(io.StringIO(scan(keylift, past, "csv", *flags))))
    whole = json.loads(scan(keylift, past, "json", *flags))["findings"]
    assert rows[0][17:] == members and all(len(row) == len(rows[0]) for row in rows)
    for row, finding in zip(rows[1:], whole, strict=True):
        assert row[17:] == [str(finding[m]).lower() if m == "in_head" else finding[m] for m in members]


@pytest.mark.parametrize("kind", ["github", "junit", "gitlab", "sarif"])
def test_the_date_of_a_line_is_told_with_blame(keylift, past, kind):
    assert re.search(r"; since \d{4}-\d\d-\d\d", scan(keylift, past, kind, "--blame"))


@pytest.mark.parametrize("kind", ["github", "junit", "gitlab", "csv"])
def test_a_member_of_an_archive_is_named(keylift, project, kind):
    with zipfile.ZipFile(project.path / "old.zip", "w") as archive:
        archive.writestr("src/conf.py", f'key = "{GONE}"\n')
    said = scan(keylift, project, kind, "--archives")
    assert "old.zip" in said and "src/conf.py" in said and "keylift migrate" not in said
