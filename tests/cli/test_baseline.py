"""The baseline: what is accepted stays silent however the code moves, what is new never does, and nothing in the
file tells a value."""

import datetime
import hashlib
import hmac
import json
import subprocess

import pytest

import support
import support_terminal

FILE = ".keylift-baseline.json"


@pytest.fixture
def shop(project):
    """A repository with three findings, one of them twice."""
    project.values = [support.made_password(seed=seed) for seed in (11, 12, 13)]
    project.write("shop/pay.py", f'password = "{project.values[0]}"\nx = 1\ndb_password = "{project.values[1]}"\n')
    project.write("shop/mail.py", f'def f():\n    password = "{project.values[2]}"\n')
    project.git_init()
    return project


def accept(keylift, project, *more, reason="before keylift"):
    done = keylift("baseline", "--accept-all", "--reason", reason, *more, cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def fresh(keylift, project, *more):
    """What a scan still reports."""
    done = keylift("scan", "--format", "json", *more, cwd=project)
    assert done.returncode in (0, 1), done.stderr
    findings = json.loads(done.stdout)["findings"]
    assert done.returncode == bool([f for f in findings if f["severity"] != "low"])
    return [(f["path"], f["line"]) for f in findings]


def entries(project):
    return json.loads((project.path / FILE).read_text())["entries"]


def test_what_is_accepted_is_silent_and_counted(keylift, shop):
    assert len(fresh(keylift, shop)) == 3
    done = accept(keylift, shop)
    assert "3 entries: 0 kept, 3 new" in done.stdout
    scan = keylift("scan", cwd=shop)
    assert scan.returncode == 0 and "3 silenced (3 by the baseline)" in scan.stdout
    shown = json.loads(keylift("scan", "--show-suppressed", "--format", "json", cwd=shop).stdout)["findings"]
    assert {f["suppressed"] for f in shown} == {"baseline: before keylift"}


def test_a_second_run_writes_nothing(keylift, shop):
    accept(keylift, shop)
    before = (shop.path / FILE).read_bytes(), (shop.path / FILE).stat().st_mtime_ns
    assert "nothing to write" in accept(keylift, shop).stdout
    assert before == ((shop.path / FILE).read_bytes(), (shop.path / FILE).stat().st_mtime_ns)


def test_a_new_secret_is_reported_and_a_changed_one_too(keylift, shop):
    accept(keylift, shop)
    shop.write("shop/new.py", f'password = "{support.made_password(seed=20)}"\n')
    text = (shop.path / "shop/pay.py").read_text().replace(shop.values[0], support.made_password(seed=21))
    shop.write("shop/pay.py", text)
    assert fresh(keylift, shop) == [("shop/new.py", 1), ("shop/pay.py", 1)]


def test_a_second_copy_of_an_accepted_secret_is_new(keylift, shop):
    accept(keylift, shop)
    shop.write("shop/aaa.py", f'password = "{shop.values[0]}"\n')
    assert fresh(keylift, shop) == [("shop/aaa.py", 1)]


def test_moved_lines_new_formatting_and_renamed_files_change_nothing(keylift, shop):
    accept(keylift, shop)
    text = (shop.path / "shop/pay.py").read_text()
    shop.write("shop/pay.py", "# a\n# b\n\nif True:\n    " + text.replace("\n", "\n    ").rstrip() + "\n")
    assert fresh(keylift, shop) == []
    (shop.path / "shop/pay.py").rename(shop.path / "shop/till.py")
    (shop.path / "shop").rename(shop.path / "store")
    shop.write("store/till.py", (shop.path / "store/till.py").read_text().replace('"', "'"))
    assert fresh(keylift, shop) == []
    done = keylift("baseline", cwd=shop)
    assert done.returncode == 0 and "3 moved" in done.stdout
    assert {entry["path"] for entry in entries(shop)} == {"store/till.py", "store/mail.py"}


def test_prune_drops_what_was_mended_and_only_that(keylift, shop):
    accept(keylift, shop)
    shop.write("shop/mail.py", "def f():\n    pass\n")
    done = keylift("baseline", cwd=shop)
    assert "1 of them has no finding any more" in done.stdout and len(entries(shop)) == 3
    assert "1 dropped" in keylift("baseline", "--prune", cwd=shop).stdout
    assert {entry["path"] for entry in entries(shop)} == {"shop/pay.py"}


def test_prune_is_refused_when_a_file_could_not_be_read(unprivileged):
    keylift, project = unprivileged
    project.write("a.py", f'password = "{support.made_password(seed=1)}"\n')
    (project.path).chmod(0o777)
    assert keylift("baseline", "--accept-all", "--reason", "r", cwd=project).returncode == 0
    (project.path / "a.py").chmod(0)
    done = keylift("baseline", "--prune", cwd=project)
    assert done.returncode == 2 and "--prune would drop" in done.stderr
    assert len(entries(project)) == 1


def test_without_a_yes_nothing_is_written(keylift, shop):
    done = keylift("baseline", cwd=shop)
    assert done.returncode == 1 and not (shop.path / FILE).exists()
    assert "shop/pay.py:1:12" in done.stdout and "3 not accepted" in done.stdout
    done = keylift("baseline", "--accept-all", cwd=shop)
    assert done.returncode == 2 and "--reason" in done.stderr and not (shop.path / FILE).exists()


def test_an_expired_entry_counts_again_until_it_is_renewed(keylift, shop):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    yesterday = (today - datetime.timedelta(days=1)).isoformat()
    accept(keylift, shop, "--expires", today.isoformat(), "--owner", "ops")
    assert fresh(keylift, shop) == []
    shop.write(FILE, shop.read(FILE).replace(today.isoformat(), yesterday))  # as it is tomorrow
    assert len(fresh(keylift, shop)) == 3
    said = keylift("scan", cwd=shop).stdout
    assert "3 of them are in the baseline, but only until a day that has passed:\n" in said
    assert f"\n  shop/pay.py:1  until {yesterday}, owner ops: before keylift\n" in said
    accept(keylift, shop, "--expires", "2999-12-31", reason="until the rotation")
    assert fresh(keylift, shop) == []
    assert [(e["owner"], e["expires"], e["reason"]) for e in entries(shop)] == [
        ("ops", "2999-12-31", "until the rotation")
    ] * 3


def test_the_last_day_itself_still_counts(keylift, shop):
    tomorrow = datetime.datetime.now(datetime.timezone.utc).date() + datetime.timedelta(days=1)
    accept(keylift, shop, "--expires", tomorrow.isoformat())
    assert fresh(keylift, shop) == []


@pytest.mark.parametrize("date", ["2027-02-29", "2027-13-01", "27-01-01", "2027-1-1", "tomorrow", "2027-01-32"])
def test_a_date_that_is_none_is_refused(keylift, shop, date):
    done = keylift("baseline", "--accept-all", "--reason", "r", "--expires", date, cwd=shop)
    assert done.returncode == 2 and "not a date" in done.stderr


def test_a_day_that_has_passed_is_refused(keylift, shop):
    done = keylift("baseline", "--accept-all", "--reason", "r", "--expires", "2020-01-31", cwd=shop)
    assert done.returncode == 2 and "that day has passed" in done.stderr and not (shop.path / FILE).exists()


def test_what_is_new_is_told_within_80_columns(keylift, shop):
    shop.write("shop/billing/settings.py", f'STRIPE_RESTRICTED_KEY = "{support.made_stripe_key(seed=9)}"\n')
    done = keylift("baseline", cwd=shop)
    assert "sk_live_" in done.stdout and max(map(len, done.stdout.splitlines())) <= 80


def test_an_entry_holds_16_bits_of_a_keyed_hash_and_no_more(keylift, shop):
    accept(keylift, shop)
    text = (shop.path / FILE).read_text()
    document = json.loads(text)
    for value in shop.values:
        assert value not in text
        for digest in (hashlib.sha1, hashlib.sha256, hashlib.md5):
            assert digest(value.encode()).hexdigest()[:8] not in text
    [salt] = document["salts"]
    by_line = {(e["path"], e["name"]): e["tag"] for e in document["entries"]}
    mac = hmac.new(bytes.fromhex(salt), shop.values[1].encode(), "sha256").hexdigest()
    assert by_line["shop/pay.py", "db_password"] == mac[:4]
    assert all(len(e["tag"]) == 4 for e in document["entries"])


def test_two_baselines_of_the_same_code_have_different_salts(keylift, shop):
    accept(keylift, shop)
    first = (shop.path / FILE).read_text()
    (shop.path / FILE).unlink()
    accept(keylift, shop)
    assert json.loads(first)["salts"] != json.loads((shop.path / FILE).read_text())["salts"]


def test_an_entry_a_line_and_sorted(keylift, shop):
    accept(keylift, shop)
    lines = [line for line in (shop.path / FILE).read_text().splitlines() if '"rule"' in line]
    assert len(lines) == 3
    keys = [(e["rule"], e["name"], e["context"], e["path"]) for e in map(json.loads, (s.rstrip(",") for s in lines))]
    assert keys == sorted(keys)


def git(project, *args):
    return project.git(*args)


def test_the_merge_driver_unites_two_branches(keylift, shop):
    """Through git itself: both add, one drops, one renews."""
    accept(keylift, shop)
    shop.write(".gitattributes", f"{FILE} merge=keylift\n")
    git(shop, "config", "merge.keylift.driver", f"{support.BINARY} baseline --unite %O %A %B")
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "one")
    git(shop, "branch", "-M", "main")
    git(shop, "checkout", "-qb", "other")
    shop.write("shop/left.py", f'password = "{support.made_password(seed=31)}"\n')
    shop.write("shop/mail.py", "def f():\n    pass\n")
    accept(keylift, shop, "--prune", reason="left")
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "left")
    git(shop, "checkout", "-q", "main")
    shop.write("shop/right.py", f'password = "{support.made_password(seed=32)}"\n')
    accept(keylift, shop, reason="right")
    git(shop, "add", "-A")
    git(shop, "commit", "-qm", "right")
    git(shop, "merge", "-q", "--no-edit", "other")
    assert "<<<" not in (shop.path / FILE).read_text()
    assert fresh(keylift, shop) == []
    assert sorted((e["path"], e["reason"]) for e in entries(shop)) == [
        ("shop/left.py", "left"),
        ("shop/pay.py", "before keylift"),
        ("shop/pay.py", "before keylift"),
        ("shop/right.py", "right"),
    ]


def test_baselines_made_apart_are_united_with_both_salts(keylift, shop, tmp_path):
    accept(keylift, shop)
    ours = tmp_path / "ours.json"
    ours.write_bytes((shop.path / FILE).read_bytes())
    (shop.path / FILE).unlink()
    shop.write("shop/new.py", f'password = "{support.made_password(seed=41)}"\n')
    accept(keylift, shop)
    empty = tmp_path / "base.json"
    empty.write_text("")
    done = keylift("baseline", "--unite", empty, ours, shop.path / FILE, cwd=shop)
    assert done.returncode == 0, done.stderr
    (shop.path / FILE).write_bytes(ours.read_bytes())
    assert len(json.loads(ours.read_text())["salts"]) == 2
    assert fresh(keylift, shop) == []
    assert "4 entries" in keylift("baseline", "--prune", cwd=shop).stdout


@pytest.mark.parametrize(
    "text, message",
    [
        ("{", "baseline.json"),
        ("[]", "no baseline of keylift"),
        ('{"version": 2, "salts": [], "entries": []}', "reads version 1"),
        ('{"version": 1, "salts": ["zz"], "entries": []}', "hexadecimal"),
        ('{"version": 1, "salts": [], "entries": [{}]}', 'entry 1 has no "rule"'),
    ],
)
def test_a_baseline_that_is_none_is_named_and_nothing_is_clean(keylift, shop, text, message):
    shop.write(FILE, text)
    done = keylift("scan", cwd=shop)
    assert done.returncode == 2 and message in done.stderr
    done = keylift("baseline", "--accept-all", "--reason", "r", cwd=shop)
    assert done.returncode == 2 and (shop.path / FILE).read_text() == text


def test_one_that_was_named_and_is_not_there_is_an_error(keylift, shop):
    done = keylift("scan", "--baseline", "missing.json", cwd=shop)
    assert done.returncode == 2 and "missing.json" in done.stderr


def test_no_config_honours_none_of_the_trees_own(keylift, shop):
    accept(keylift, shop)
    assert len(fresh(keylift, shop, "--no-config")) == 3
    assert fresh(keylift, shop, "--no-config", "--baseline", FILE) == []


def test_a_scan_from_a_folder_below_and_of_one_file_knows_the_same_paths(keylift, shop):
    accept(keylift, shop)
    done = keylift("scan", "pay.py", cwd=shop.path / "shop")
    assert done.returncode == 0 and "2 silenced (2 by the baseline)" in done.stdout
    git(shop, "add", "-A")
    done = keylift("scan", "--staged", cwd=shop)
    assert done.returncode == 0 and "3 by the baseline" in done.stdout


def test_migrate_takes_accepted_findings_too(keylift, shop):
    accept(keylift, shop)
    done = keylift("plan", cwd=shop)
    assert "3 literals" in done.stdout


def imported(keylift, project, name, text):
    project.write(name, text)
    done = keylift("baseline", "--import", name, cwd=project)
    return done, [(e["path"], e["name"], e["reason"]) for e in entries(project)] if done.returncode < 2 else None


def test_imports_a_baseline_of_detect_secrets(keylift, shop):
    text = json.dumps({"version": "1.5.0", "results": {"shop/pay.py": [{"line_number": 3}], "gone.py": [{"line_number": 1}]}})
    done, found = imported(keylift, shop, ".secrets.baseline", text)
    assert done.returncode == 1 and "1 of the 2 places in the detect-secrets baseline" in done.stdout
    assert found == [("shop/pay.py", "db_password", "imported from .secrets.baseline")]
    assert fresh(keylift, shop) == [("shop/mail.py", 2), ("shop/pay.py", 1)]


def test_imports_gitleaksignore_with_and_without_commits(keylift, shop):
    text = f"# old\n{'0a' * 20}:shop/pay.py:generic-api-key:1\n\nshop/mail.py:generic-api-key:2\n"
    done, found = imported(keylift, shop, ".gitleaksignore", text)
    assert done.returncode == 1
    assert [path for path, *_ in found] == ["shop/mail.py", "shop/pay.py"] or len(found) == 2
    assert fresh(keylift, shop) == [("shop/pay.py", 3)]


def test_imports_a_report_of_gitleaks(keylift, shop):
    text = json.dumps([{"File": "shop/pay.py", "StartLine": 1, "Secret": shop.values[0]}])
    done, found = imported(keylift, shop, "gitleaks.json", text)
    assert shop.values[0] not in (shop.path / FILE).read_text()
    assert found == [("shop/pay.py", "password", "imported from gitleaks.json")]


@pytest.mark.parametrize("text", ["not a known file\n", '{"x": 1}', "a:b\n", "a.py:rule:xyz\n"])
def test_a_file_of_no_known_kind_is_refused(keylift, shop, text):
    done, _ = imported(keylift, shop, "other", text)
    assert done.returncode == 2 and "other" in done.stderr and not (shop.path / FILE).exists()


def test_the_question_on_a_terminal(shop, home):
    """A yes and a reason, typed."""
    answers = {b"[y/N] ": "y\n", b"Why may they stay? ": "old and tracked\n"}
    typed = lambda shown: next((answers.pop(end) for end in list(answers) if shown.endswith(end)), None)
    _, _, shown = support_terminal.run([support.BINARY, "baseline"], shop.path, support.clean_env(home), typed)
    assert "Accept them all?" in shown and "Why may they stay?" in shown
    assert {entry["reason"] for entry in entries(shop)} == {"old and tracked"}


def test_our_own_baseline_is_no_finding(keylift, shop):
    accept(keylift, shop)
    assert [place for place in fresh(keylift, shop, "--no-config") if FILE in place[0]] == []
