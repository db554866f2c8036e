"""The exit status of a scan: 0, 1 and 2, exactly as documented, and never "clean" without counts."""

import json

import pytest

import support


def leaky(seed=1):
    return f'AWS_KEY = "{support.made_aws_id(seed=seed)}"\n'


def test_nothing_found_is_0_with_counts(keylift, project):
    project.write("a.py", "x = 1\n")
    project.write("b.txt", "text\n")
    done = keylift("scan", ".", cwd=project)
    assert done.returncode == 0
    assert "No secrets found" in done.stdout and "Scanned 2 files" in done.stdout and "no errors" in done.stdout


def test_a_finding_is_1(keylift, project):
    project.write("a.py", leaky())
    done = keylift("scan", ".", cwd=project)
    assert done.returncode == 1
    assert "a.py:1:11" in done.stdout and "1 finding in 1 file" in done.stdout


def test_below_fail_on_is_0_but_reported(keylift, project):
    project.write("a.py", f'db_password = "{support.made_password(seed=3)}"\n')
    reported = keylift("scan", "--fail-on", "low", ".", cwd=project)
    assert reported.returncode == 1
    if "high" not in reported.stdout.splitlines()[0]:
        quiet = keylift("scan", "--fail-on", "high", ".", cwd=project)
        assert quiet.returncode == 0 and "1 finding" in quiet.stdout


def test_a_silenced_finding_is_0_and_counted(keylift, project):
    project.write("a.py", leaky().rstrip() + "  # keylift: ignore\n")
    done = keylift("scan", ".", cwd=project)
    assert done.returncode == 0 and "1 silenced" in done.stdout
    assert "a.py:1" not in done.stdout
    shown = keylift("scan", "--show-suppressed", ".", cwd=project)
    assert shown.returncode == 0 and "a.py:1" in shown.stdout
    assert keylift("scan", "--no-config", ".", cwd=project).returncode == 1


def test_a_missing_path_is_2(keylift, project):
    done = keylift("scan", "nowhere.py", cwd=project)
    assert done.returncode == 2 and "nowhere.py" in done.stdout + done.stderr


def test_an_unreadable_file_is_2_and_named(unprivileged):
    keylift, project = unprivileged
    project.write("a.py", leaky())
    project.write("b.py", leaky()).chmod(0)
    done = keylift("scan", ".", cwd=project)
    assert done.returncode == 2
    assert "b.py" in done.stdout and "a.py:1" in done.stdout


def test_an_error_outranks_findings_and_keeps_them(keylift, project):
    project.write("a.py", leaky())
    done = keylift("scan", "a.py", "nowhere.py", cwd=project)
    assert done.returncode == 2 and "a.py:1:11" in done.stdout and "nowhere.py" in done.stdout


def test_an_empty_folder_given_by_name_is_2(keylift, project):
    (project / "empty").mkdir()
    done = keylift("scan", "empty", cwd=project)
    assert done.returncode == 2 and "empty" in done.stdout + done.stderr


def test_an_empty_repository_is_0_and_says_so(keylift, project):
    project.git_init()
    done = keylift("scan", cwd=project)
    assert done.returncode == 0 and "Nothing to scan" in done.stdout


def test_nothing_staged_is_0_and_says_so(keylift, project):
    project.write("a.py", leaky())
    project.git_init().commit()
    done = keylift("scan", "--staged", cwd=project)
    assert done.returncode == 0 and "Nothing to scan" in done.stdout


def test_deletions_only_are_0_and_say_so(keylift, project):
    project.write("a.py", leaky())
    project.git_init().commit()
    project.git("rm", "-q", "a.py")
    done = keylift("scan", "--staged", cwd=project)
    assert done.returncode == 0 and "Nothing to scan" in done.stdout


def test_staged_looks_at_the_index_not_at_the_file(keylift, project):
    project.write("a.py", "x = 1\n")
    project.git_init().commit()
    project.write("a.py", leaky())
    project.git("add", "a.py")
    project.write("a.py", "x = 2\n")
    assert keylift("scan", "--staged", cwd=project).returncode == 1
    assert keylift("scan", cwd=project).returncode == 0


def test_a_rule_file_that_does_not_parse_is_2(keylift, project):
    project.write("a.py", "x = 1\n")
    project.write("rules.toml", "[[rule]\n")
    done = keylift("scan", "--rules-file", "rules.toml", ".", cwd=project)
    assert done.returncode == 2 and "rules.toml" in done.stderr


def test_an_unknown_rule_is_2(keylift, project):
    project.write("a.py", "x = 1\n")
    for option in ("--rules", "--skip-rules"):
        done = keylift("scan", option, "no-such-rule", ".", cwd=project)
        assert done.returncode == 2 and "no-such-rule" in done.stderr
        done = keylift("scan", option, "aws-acces-key-id", ".", cwd=project)
        assert done.returncode == 2 and "did you mean \"aws-access-key-id\"" in done.stderr


def test_rules_choose_among_all_ids(keylift, project):
    project.write("a.py", leaky() + f'db_password = "{support.made_password(seed=9)}"\n')

    def lines(*args):
        done = keylift("scan", *args, "--format", "json", ".", cwd=project)
        assert done.returncode in (0, 1), done.stderr
        return [finding["line"] for finding in json.loads(done.stdout)["findings"]]

    assert lines() == [1, 2]
    assert lines("--rules", "aws-access-key-id") == [1]
    assert lines("--rules", "generic-password") == [2]
    assert lines("--rules", "aws-access-key-id,generic-password") == [1, 2]
    assert lines("--skip-rules", "generic-password") == [1]
    assert lines("--skip-rules", "aws-access-key-id", "--skip-rules", "generic-password") == []


def test_standard_input(keylift, project):
    done = keylift("scan", "-", "--stdin-filename", "conf.py", input=leaky(), cwd=project)
    assert done.returncode == 1 and "conf.py:1:11" in done.stdout
    assert keylift("scan", "-", input="x = 1\n", cwd=project).returncode == 0
    assert keylift("scan", "-", input="", cwd=project).returncode == 0


def test_an_inventory_judges_nothing(keylift, project):
    project.write("a.py", "import os\n" + leaky() + 'URL = os.environ.get("DATABASE_URL", "x")\n')
    done = keylift("env", ".", cwd=project)
    assert done.returncode == 0 and "DATABASE_URL" in done.stdout
    assert keylift("env", "nowhere", cwd=project).returncode == 2


def test_quiet_lists_nothing_and_keeps_the_counts(keylift, project):
    project.write("a.py", leaky())
    done = keylift("scan", "-q", ".", cwd=project)
    assert done.returncode == 1
    assert "a.py:1" not in done.stdout and "1 finding" in done.stdout and "Scanned 1 file" in done.stdout


def test_a_report_file_has_the_report_and_the_terminal_the_counts(keylift, project):
    project.write("a.py", leaky())
    done = keylift("scan", "-o", "report.txt", "--color", "always", "a.py", cwd=project)
    assert done.returncode == 1
    assert "a.py:1:11" in project.read("report.txt") and "\x1b" not in project.read("report.txt")
    assert "a.py:1:11" not in done.stdout and "1 finding" in done.stdout and "report.txt" in done.stdout


def test_a_dash_as_report_file_is_standard_output(keylift, project):
    project.write("a.py", leaky())
    assert keylift("scan", "-o", "-", "a.py", cwd=project).stdout == keylift("scan", "a.py", cwd=project).stdout
    assert not (project / "-").exists()


def test_a_report_that_cannot_be_written_is_2(keylift, project):
    project.write("a.py", "x = 1\n")
    done = keylift("scan", "-o", "no/such/folder/report.txt", "a.py", cwd=project)
    assert done.returncode == 2 and "no/such/folder" in done.stderr
