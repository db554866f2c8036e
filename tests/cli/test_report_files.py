"""keylift report merge and diff: reports of shards as one, and what is new between two."""

import json

import pytest

from support import made, made_stripe_key


def secret(name, number):
    return f'{name} = "{made("", 36, seed=number)}"\n'


def scan(keylift, project, report, *paths):
    keylift("scan", "--format", "json", "-o", report, *(paths or ["."]), cwd=project)
    return json.loads(project.read(report))


def diff(keylift, project, old, new, *options, status):
    run = keylift("report", "diff", *options, old, new, cwd=project)
    assert run.returncode == status, run.stdout + run.stderr
    *lines, last = run.stdout.splitlines()
    return sorted(tuple(line.split()[:2]) for line in lines), last


@pytest.fixture
def shop(project):
    project.write("a/one.py", secret("ONE_SECRET", 1) + 'import os\nos.environ["REGION"]\n')
    project.write("b/two.py", secret("TWO_SECRET", 2))
    project.write("b/three.py", f'x = "{made_stripe_key(seed=3)}"\n')
    return project


def test_merged_shards_say_what_one_scan_says(keylift, shop):
    whole = scan(keylift, shop, "whole.json", "a", "b")
    for shard in "ab":
        scan(keylift, shop, f"{shard}.json", shard)
    run = keylift("report", "merge", "b.json", "a.json", "a.json", cwd=shop)
    merged = json.loads(run.stdout)
    assert run.returncode == 1
    for key in ("version", "findings", "environment", "errors"):
        assert merged[key] == whole[key], key
    assert merged["stats"]["reports"] == 3 and merged["stats"]["files"] == whole["stats"]["files"] + 1
    run = keylift("report", "merge", "-o", "all.json", "a.json", "b.json", cwd=shop)
    assert run.returncode == 1 and run.stdout == ""
    assert json.loads(shop.read("all.json"))["findings"] == whole["findings"]
    assert keylift("report", "merge", "--fail-on", "high", "all.json", cwd=shop).returncode == 1


def test_merged_errors_are_not_lost(keylift, shop):
    clean = {"version": 1, "tool": "keylift 0", "findings": [], "environment": [], "errors": [], "stats": {"files": 1}}
    shop.write("clean.json", json.dumps(clean))
    assert keylift("report", "merge", "clean.json", cwd=shop).returncode == 0
    shop.write("broken.json", json.dumps({**clean, "errors": [{"path": "x", "message": "y"}]}))
    run = keylift("report", "merge", "clean.json", "broken.json", cwd=shop)
    assert run.returncode == 2 and json.loads(run.stdout)["errors"] == [{"path": "x", "message": "y"}]


def test_what_is_new_fixed_and_elsewhere_is_told_and_a_moved_line_is_not(keylift, shop):
    scan(keylift, shop, "old.json", "a", "b")
    shop.write("a/one.py", "# moved down\n\n" + shop.read("a/one.py") + secret("NEW_SECRET", 4))
    (shop / "b/two.py").rename(shop / "a/two.py")
    (shop / "b/three.py").unlink()
    new = scan(keylift, shop, "new.json", "a")
    told, last = diff(keylift, shop, "old.json", "new.json", status=1)
    assert told == [("fixed", "b/three.py:1"), ("from", "b/two.py"), ("moved", "a/two.py:1"), ("new", "a/one.py:6")]
    assert last == "1 new, 1 fixed, 1 in another file, 1 as before." and len(new["findings"]) == 3
    assert diff(keylift, shop, "new.json", "new.json", status=0) == ([], "0 new, 0 fixed, 0 in another file, 3 as before.")
    assert diff(keylift, shop, "new.json", "old.json", "-q", status=1)[0] == []


def test_another_scanners_report_is_compared_by_place(keylift, shop):
    scan(keylift, shop, "ours.json", "a", "b")
    theirs = [{"File": "a/one.py", "StartLine": 1}, {"File": "b/nothing.py", "StartLine": 7}]
    shop.write("gitleaks.json", json.dumps(theirs))
    told, last = diff(keylift, shop, "gitleaks.json", "ours.json", status=1)
    assert told == [("ours", "b/three.py:1"), ("ours", "b/two.py:1"), ("theirs", "b/nothing.py:7")]
    assert last == "1 found by both, 2 by keylift alone, 1 by the other alone (gitleaks report)."


@pytest.mark.parametrize(
    "words, said",
    [
        ((), "say what to do"),
        (("merge",), "say what to do"),
        (("diff", "a.json"), "say what to do"),
        (("merge", "no.json"), "no.json"),
        (("merge", "list.json"), "list.json is no report"),
        (("diff", "text.json", "list.json"), "text.json"),
        (("merge", "other.json"), "other.json is no report"),
        (("merge", "text.json"), 'text.json is no report of "keylift scan --format json": line 1'),
        (("diff", "-o", "x", "list.json", "list.json"), "standard output"),
    ],
)
def test_what_is_no_report_is_refused_by_name(keylift, project, words, said):
    project.write("list.json", "[]")
    project.write("text.json", "hello world")
    project.write("other.json", '{"tool": "keylift 9", "version": 99, "findings": []}')
    run = keylift("report", *words, cwd=project)
    assert run.returncode == 2 and said in run.stderr and run.stdout == ""
