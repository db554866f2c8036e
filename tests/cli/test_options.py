"""The command line: every option from one table, errors that help, help that fits a terminal."""

import json

import pytest

LATER_FORMATS = ["html"]


@pytest.fixture
def table(keylift):
    return json.loads(keylift("command-table").stdout)


def refused(done, *parts):
    """Status 2, nothing on standard output, one line on standard error that holds the parts."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("keylift: ") and done.stderr.count("\n") == 1
    for part in parts:
        assert part in done.stderr


def test_help_lists_every_command_once(keylift, table):
    shown = keylift("--help")
    assert shown.returncode == 0 and shown.stderr == ""
    for command in table["commands"]:
        assert shown.stdout.count(f"\n  {command['name']} ") == 1


def test_help_of_each_command_has_its_options_and_no_others(keylift, table):
    for command in table["commands"]:
        shown = keylift(command["name"], "--help")
        assert shown.returncode == 0
        assert shown.stdout == keylift("help", command["name"]).stdout
        for option in table["options"]:
            listed = any(line.split() and f"--{option['name']}" in line.replace("[", " ").split() for line in shown.stdout.splitlines()
                         if line.startswith(("      --", "  -")))  # fmt: skip
            assert listed == (command["name"] in option["commands"]), (command["name"], option["name"])


def test_help_fits_80_columns_and_has_no_trailing_blanks(keylift, table):
    pages = [("--help",)] + [(command["name"], "--help") for command in table["commands"]]
    for page in pages:
        for line in keylift(*page).stdout.splitlines():
            assert len(line) <= 80, (page, line)
            assert line == line.rstrip(), (page, line)


def test_no_command_is_help_and_status_2(keylift):
    done = keylift()
    assert done.returncode == 2 and done.stdout == "" and "Commands" in done.stderr


def test_version(keylift):
    assert keylift("--version").stdout == keylift("version").stdout
    assert keylift("--version").stdout.startswith("keylift ")
    assert keylift("scan", "--version", "nowhere").returncode == 0


@pytest.mark.parametrize(
    "args, parts",
    [
        (["scna"], ["did you mean \"scan\""]),
        (["src/app.py"], ["unknown command", "keylift scan src/app.py"]),
        (["scan", "--stagged"], ["--stagged", "did you mean --staged"]),
        (["scan", "--exclud=x"], ["did you mean --exclude"]),
        (["scan", "--zzzzzzzz"], ["--zzzzzzzz", "keylift scan --help"]),
        (["scan", "-z"], ["-z"]),
        (["scan", "--format"], ["--format", "needs a value"]),
        (["scan", "--format", "xml"], ["xml", "text, json, html"]),
        (["scan", "--fail-on", "severe"], ["low, medium or high"]),
        (["scan", "--jobs", "0"], ["--jobs", "1 to 1024"]),
        (["scan", "--jobs", "-3"], ["--jobs"]),
        (["scan", "--jobs", "4x"], ["--jobs"]),
        (["scan", "--min-confidence", "1.5"], ["from 0 to 1"]),
        (["scan", "--min-confidence", "nan"], ["from 0 to 1"]),
        (["scan", "--staged=yes"], ["--staged", "takes no value"]),
        (["scan", "--rules="], ["--rules"]),
        (["scan", "--rules=,,"], ["--rules", "at least one"]),
        (["scan", "--yes"], ["--yes"]),
        (["env", "--fail-on", "low"], ["--fail-on", "\"keylift env\"", "scan"]),
        (["scan", "--fingerprint-key-file"], ["--fingerprint-key-file", "needs a value"]),
        (["vaults", "check", "--aws-region", "x"], ["--aws-region", "vault aws,", "--to aws"]),
        (["vaults", "check", "environ", "--dotenv-file", "x"], ["--dotenv-file", "vault dotenv,", "vault is environ;"]),
        (["vaults", "check", "--to", "aws"], ["no AWS region", "--aws-region"]),
        (["vaults", "check", "dotnev"], ["did you mean \"dotenv\""]),
        (["vaults", "check", "--no-such-vault-flag", "x"], ["unknown option"]),
        (["upload", "--setting-lines", "x"], ["--setting-lines", "add --to environ"]),
        (["vaults"], ["list", "check"]),
        (["rules"], ["list", "show", "test"]),
        (["rules", "show", "no-such-rule-at-all"], ["no-such-rule-at-all"]),
        (["version", "extra"], ["\"extra\"", "too many"]),
        (["help", "scna"], ["did you mean \"scan\""]),
        (["scan", ""], ["empty"]),
        (["scan", "-", "other"], ["standard input"]),
        (["scan", "--stdin-filename", "a.py"], ["--stdin-filename", "\"-\""]),
        (["scan", "--config", "a", "--no-config"], ["--config", "--no-config"]),
    ],
)
def test_what_is_wrong_is_named_with_what_is_right(keylift, project, args, parts):
    refused(keylift(*args, cwd=project), *parts)


@pytest.mark.parametrize("name", LATER_FORMATS)
def test_formats_of_the_design_are_refused_by_name(keylift, project, table, name):
    [option] = [o for o in table["options"] if o["name"] == "format"]
    if name not in option["argument"].split("|"):
        refused(keylift("scan", "--format", name, cwd=project), name, "not in this version")


OF_VAULTS = {"aws-region": "aws", "azure-vault": "azure", "gcp-project": "gcp", "vault-addr": "vault",
             "endpoint": "aws", "ca-file": "aws", "bundle": "aws"}  # fmt: skip


@pytest.mark.parametrize("name", OF_VAULTS)
def test_a_flag_of_another_vault_names_the_right_one(keylift, project, table, name):
    done = keylift("vaults", "check", "dotenv", f"--{name}", "x", cwd=project)
    refused(done, f"--{name}", f" {OF_VAULTS[name]}")
    offered = [option for option in table["options"] if option["name"] == name]
    assert bool(offered) == ("not in this version" not in done.stderr)


def test_options_of_vaults_that_are_not_here_are_in_no_help(keylift, table):
    for option in table["options"]:
        if option["vault"] is not None:
            assert set(option["vault"].split("|")) & set(table["vaults"]), option["name"]


def test_verbose_may_be_given_twice(keylift, project):
    project.write("a.py", "x = 1\n")
    for args in (["-vv"], ["-v", "-v"], ["--verbose", "--verbose"], ["-v"]):
        assert keylift("scan", *args, cwd=project).returncode == 0
    refused(keylift("scan", "--verbose=2", cwd=project), "--verbose", "takes no value")


def test_spellings_of_a_value_are_equal(keylift, project):
    project.write("a.py", "x = 1\n")
    for args in (["-o", "r.json"], ["-or.json"], ["--output", "r.json"], ["--output=r.json"], ["-qor.json"]):
        done = keylift("scan", "--format=json", *args, cwd=project)
        assert done.returncode == 0, done.stderr
        assert json.loads(project.read("r.json"))["findings"] == []
        (project / "r.json").unlink()


def test_options_may_stand_before_the_command_and_after_paths(keylift, project):
    project.write("a.py", "x = 1\n")
    expected = keylift("scan", "-q", ".", cwd=project).stdout
    assert expected != ""
    assert keylift("-q", "scan", ".", cwd=project).stdout == expected
    assert keylift("scan", ".", "-q", cwd=project).stdout == expected


def test_two_dashes_end_the_options(keylift, project):
    project.write("--staged", "x = 1\n")
    done = keylift("scan", "--", "--staged", cwd=project)
    assert done.returncode == 0 and "Scanned 1 file" in done.stdout


def test_a_message_is_one_line_whatever_was_typed(keylift):
    done = keylift("scan", "--fail-on", "a\nkeylift: all is well\x1b[2J")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "\x1b" not in done.stderr
