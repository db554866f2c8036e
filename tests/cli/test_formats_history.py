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
import support_schemas
from doubles.provider_answers import ASKED
from doubles.providers import Providers

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
    assert kind != "github" or said.startswith("::error file=old.zip,title=keylift stripe-live-key::old.zip!src/conf.py:1: ")
    assert "old.zip" in said and "src/conf.py" in said and "keylift migrate" not in said


# --- all of it, against the schemas ---


@pytest.fixture
def everything(past, tmp_path):
    """Beside `past` an archive in two commits, one of which is gone; of the keys, which the provider knows."""
    with zipfile.ZipFile(past.path / "old.zip", "w") as archive:
        archive.writestr("src/conf é.py", f'key = "{support.made_stripe_key(seed=3)}"\n')
    past.commit()
    (past.path / "old.zip").unlink()
    past.write("long.py", f'x = {{"pass\\x1b[31mword": """{support.made_password(seed=4)}"""}}\n')
    return past.commit()


def test_a_mark_goes_where_the_newest_commit_has_the_line(keylift, project):
    key = f'key = """\n{STAYS}\n"""\n'
    project.write("moved.py", "x = 1\n" + f'k = "{GONE}"\n' + key)
    project.write("renamed.py", f'k = "{support.made_stripe_key(seed=3)}"\n')
    project.write("twice.py", f'k = "{support.made_stripe_key(seed=4)}"\n')
    project.git_init().commit()
    project.write("moved.py", "# new\nx = 1\n\n" + key + f'k = "{GONE}"\n')
    project.git("mv", "renamed.py", "other.py")
    project.write("twice.py", "# new\n" + project.read("twice.py") * 2)
    project.commit()
    where = [line.partition(",title=")[0] for line in scan(keylift, project, "github", "--history").splitlines()]
    assert where[0] == "::error file=moved.py,line=7,endLine=7,col=5,endColumn=39"
    assert where[1] == "::error file=moved.py,line=4,endLine=6"
    assert where[2].startswith("::error title=") and "::renamed.py:1: " in where[2]  # in another file now
    assert where[3].startswith("::error title=") and "::twice.py:1: " in where[3]  # on one of two lines
    log = support_schemas.check("sarif", scan(keylift, project, "sarif", "--history"))
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in log["runs"][0]["results"]]
    assert [(r["startLine"], r["endLine"], "byteOffset" in r) for r in regions] == [(7, 7, False), (4, 6, False), (1, 1, True), (1, 1, True)]
    whole = json.loads(scan(keylift, project, "json", "--history"))["findings"]
    assert [f["line"] for f in whole] == [2, 3, 1, 1]  # those of the commit


def test_a_mark_for_an_older_end_of_a_range_is_of_that_commit(keylift, project):
    project.write("a.py", "x = 1\n")
    project.git_init().commit()
    for text in (f'k = "{GONE}"\n', f'# a\nk = "{GONE}"\n', f'# a\n# b\nk = "{GONE}"\n'):
        project.write("a.py", text)
        project.commit()
    assert scan(keylift, project, "github", "--history=HEAD~3..HEAD~1").startswith("::error file=a.py,line=2,")
    assert scan(keylift, project, "github", "--since", "HEAD~3").startswith("::error file=a.py,line=3,")
    project.write("sub/a.py", f'k = "{STAYS}"\n')
    project.commit()
    project.write("sub/a.py", f'# a\nk = "{STAYS}"\n')
    project.commit()
    done = keylift("scan", "--no-config", "--format", "github", "--history", cwd=project / "sub")
    assert done.returncode == 1 and done.stdout.startswith("::error file=a.py,line=2,")


@pytest.mark.server
@pytest.mark.parametrize("kind", ["sarif", "gitlab", "junit"])
@pytest.mark.parametrize("flags", [["--history", "--archives", "--verify", "stripe"], ["--blame", "--archives", "--verify", "all"],
                                   ["--since", "HEAD~3", "--archives", "--verify", "stripe", "--only-live"]])
def test_commits_members_and_verdicts_fit_the_schemas(keylift, everything, tmp_path, kind, flags):
    if "--blame" in flags:
        everything.git("checkout", "-q", "HEAD~1", "--", "old.zip")
        everything.commit()
    with Providers(tmp_path / "providers") as providers:
        live, refused = ASKED["stripe-live-key"].live, ASKED["stripe-live-key"].refused

        def answer(call):
            status, body = live if STAYS in call.headers["authorization"] else refused
            return status, {}, body if isinstance(body, bytes) else json.dumps(body).encode()

        providers.answers["api.stripe.com"] = answer
        done = keylift("scan", "--no-config", "--format", "json", "--also", f"{kind}=../report", *flags, ".",
                       cwd=everything, env=providers.env)  # fmt: skip
    assert done.returncode == 1, done.stderr
    text, whole = (everything.path.parent / "report").read_text("utf-8"), json.loads(done.stdout)["findings"]
    assert GONE not in text and STAYS not in text
    report = support_schemas.check(kind, text)
    if kind == "sarif":
        self_told = [(r["properties"].get("commit"), r["properties"].get("verified")) for r in report["runs"][0]["results"]]
    elif kind == "gitlab":
        found = report["vulnerabilities"]
        assert len({v["id"] for v in found}) == len(found)
        shas = [v["location"]["commit"]["sha"] for v in found]
        self_told = [(None if sha == "0000000" else sha, verdict_in(v["description"])) for sha, v in zip(shas, found)]
    else:
        cases = report.findall("testsuite/testcase")
        assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
        self_told = [(f.get("commit"), verdict_in("".join(c.itertext()))) for c, f in zip(cases, whole, strict=True)]
    assert self_told == [(f.get("commit"), f.get("verified")) for f in whole]
    assert {f.get("verified") for f in whole} >= ({"live"} if "--only-live" in flags else {"live", "not live"})
    assert "--only-live" in flags or any("old.zip!" in f["path"] for f in whole)


def verdict_in(text):
    found = re.search(r"; (not live|live|unknown)", text)
    return found and found[1]


def test_findings_of_two_commits_in_one_place_are_two_for_gitlab(keylift, project):
    project.git_init()
    for seed in (1, 2):
        project.write("pay.py", f'key = "{support.made_stripe_key(seed=seed)}"\n')
        project.commit()
    found = support_schemas.check("gitlab", scan(keylift, project, "gitlab", "--history"))["vulnerabilities"]
    assert len(found) == 2 and found[0]["id"] != found[1]["id"]
    again = json.loads(scan(keylift, project, "gitlab", "--history"))["vulnerabilities"]
    assert [v["id"] for v in again] == [v["id"] for v in found]


def test_sarif_says_which_repository_and_commit_was_scanned(keylift, past):
    head = past.git("rev-parse", "HEAD").strip()
    token = support.made(length=20, seed=9)
    for address, uri in {
        "https://example.invalid/shop/pay.git": "https://example.invalid/shop/pay.git",
        f"https://ci:{token}@example.invalid/a b.git?token={token}": "https://example.invalid/a%20b.git",
        f"https://{token}@example.invalid:8443": "https://example.invalid:8443",
        "git@example.invalid:shop/pay.git": "ssh://example.invalid/shop/pay.git",
        "ssh://git@example.invalid:22/~me/pay": "ssh://example.invalid:22/~me/pay",
    }.items():
        past.git("config", "remote.origin.url", address)
        text = scan(keylift, past, "sarif")
        [run] = support_schemas.check("sarif", text)["runs"]
        assert run["versionControlProvenance"] == [{"repositoryUri": uri, "revisionId": head, "branch": "main"}]
        assert token not in text
    past.git("checkout", "-q", "--detach")
    assert "branch" not in json.loads(scan(keylift, past, "sarif"))["runs"][0]["versionControlProvenance"][0]
    for address in ("/srv/git/pay.git", "../pay.git", "ext::sh -c true", "file:///srv/pay.git", "https://", "https://a\\b/c", "C"):
        past.git("config", "remote.origin.url", address)
        assert "versionControlProvenance" not in scan(keylift, past, "sarif"), address
