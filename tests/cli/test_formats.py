"""The reports for other programs: each against its own standard, and all of them against the JSON report."""

import csv
import io
import json
import re

import pytest

import support
import support_schemas

FORMATS = ["jsonl", "sarif", "csv", "junit", "gitlab", "github"]


@pytest.fixture
def leaks(project):
    """Findings of every severity, a silenced one, a hostile name, a path that needs encoding, an unread file."""
    stripe, password = support.made_stripe_key(seed=1), support.made_password(seed=2)
    project.write(
        "a b/pay é.py",
        f'import os\nkey = "{stripe}"\nx = {{"pass\\x1b[31mword": "{password}"}}\n'
        f'db_password = "{support.made_password(seed=3)}"  # keylift: ignore\nos.getenv("SHOP")\n',
    )
    project.write("=cmd,1.py", f'password = "hunter2"\nsecret_key = """{support.made_password(seed=4, length=30)}"""\n')
    project.secrets = [stripe, password]
    return project


@pytest.fixture
def report(keylift, leaks):
    """report("sarif") -> the text, after it was seen to hold no secret."""

    def run(kind, *flags, status=1):
        done = keylift("scan", "--format", kind, *flags, ".", cwd=leaks)
        assert done.returncode == status, done.stderr
        for secret in leaks.secrets:
            assert secret not in done.stdout
        return done.stdout

    return run


def findings(report, *flags):
    return json.loads(report("json", *flags))["findings"]


def places(items):
    return [(item["path"], item["line"], item["rule"]) for item in items]


def test_json_lines_are_the_members_of_the_json_report(report):
    whole = json.loads(report("json", "--show-suppressed"))
    lines = [json.loads(line) for line in report("jsonl", "--show-suppressed").splitlines()]
    assert all(list(line)[0] == "type" for line in lines)
    kinds = [line.pop("type") for line in lines]
    found = [line for kind, line in zip(kinds, lines) if kind == "finding"]
    assert sorted(found, key=lambda f: (f["path"], f["start_byte"])) == whole["findings"]
    assert [line for kind, line in zip(kinds, lines) if kind == "environment"] == whole["environment"]
    assert kinds[-1] == "stats" and lines[-1]["files"] == whole["stats"]["files"] and lines[-1]["tool"] == whole["tool"]


def test_sarif_fits_its_schema_and_has_every_finding(report):
    log = support_schemas.check("sarif", report("sarif", "--show-suppressed"))
    [run] = log["runs"]
    whole = findings(report, "--show-suppressed")
    assert len(run["results"]) == len(whole) > 3
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result, finding in zip(run["results"], whole):
        assert rules[result["ruleIndex"]] == result["ruleId"] == finding["rule"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] == finding["line"] and region["startColumn"] == finding["column"]
        assert region["byteLength"] == finding["end_byte"] - finding["start_byte"]
        assert result["partialFingerprints"] == {"keylift/v1": finding["fingerprint"]}
        assert ("suppressions" in result) == (finding["suppressed"] is not None)
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert uris == {"a%20b/pay%20%C3%A9.py", "%3Dcmd%2C1.py"}
    assert run["invocations"][0]["exitCode"] == 1 and run["invocations"][0]["executionSuccessful"]


def test_sarif_names_what_could_not_be_read(keylift, project):
    project.write("ok.py", "x = 1\n")
    done = keylift("scan", "--format", "sarif", "missing.py", "ok.py", cwd=project)
    assert done.returncode == 2
    log = support_schemas.check("sarif", done.stdout)
    [invocation] = log["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"] and invocation["exitCode"] == 2
    [note] = invocation["toolExecutionNotifications"]
    assert "missing.py" in json.dumps(note)


def test_junit_names_what_could_not_be_read(keylift, project):
    project.write("ok.py", "x = 1\n")
    done = keylift("scan", "--format", "junit", "missing.py", "ok.py", cwd=project)
    [case] = support_schemas.check("junit", done.stdout).findall("testsuite/testcase")
    assert case.get("classname") == "missing.py" and case.find("error").get("type") == "unread"


def test_csv_is_read_back_as_the_json_report_says_it(report):
    rows = list(csv.DictReader(io.StringIO(report("csv"), newline="")))
    whole = findings(report)
    assert len(rows) == len(whole)
    for row, finding in zip(rows, whole):
        assert row["path"].removeprefix("'") == finding["path"]
        assert row["rule"] == finding["rule"] and row["line"] == str(finding["line"])
        assert row["severity"] == finding["severity"] and float(row["confidence"]) == finding["confidence"]


def test_no_field_of_csv_is_a_formula_or_drives_a_terminal(report):
    text = report("csv")
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not [field for field in row if field[:1] in tuple("=+-@\t\r")], row
    assert "\x1b" not in text


def test_junit_has_a_case_for_each_finding_and_fails_those_that_fail(report, keylift, leaks):
    root = support_schemas.check("junit", report("junit", "--show-suppressed"))
    [suite] = root.findall("testsuite")
    cases, whole = suite.findall("testcase"), findings(report, "--show-suppressed")
    assert len(cases) == len(whole) == int(suite.get("tests"))
    failing = [f for f in whole if f["suppressed"] is None and f["severity"] != "low"]
    assert len(suite.findall("testcase/failure")) == len(failing) == int(suite.get("failures"))
    assert len(suite.findall("testcase/skipped")) == 1 == int(suite.get("skipped"))
    assert [(c.get("classname"), c.get("name").split()[2]) for c in cases] == [(f["path"], f"{f['line']}:{f['column']}") for f in whole]
    [why] = suite.findall("testcase/skipped")
    assert why.text == "keylift: ignore"


def test_junit_of_a_clean_tree_has_one_case_that_passes(keylift, project):
    project.write("a.py", "x = 1\n")
    done = keylift("scan", "--format", "junit", ".", cwd=project)
    assert done.returncode == 0
    [suite] = support_schemas.check("junit", done.stdout).findall("testsuite")
    assert suite.get("tests") == "1" and suite.get("failures") == "0"


def test_gitlab_gets_what_its_schema_asks_for(report):
    whole = findings(report)
    document = support_schemas.check("gitlab", report("gitlab"))
    assert [v["location"]["file"] for v in document["vulnerabilities"]] == [f["path"] for f in whole]
    assert len({v["id"] for v in document["vulnerabilities"]}) == len(whole)


def test_gitlab_hears_of_files_that_could_not_be_read(keylift, project):
    project.write("ok.py", "x = 1\n")
    done = keylift("scan", "--format", "gitlab", "missing.py", "ok.py", cwd=project)
    document = support_schemas.check("gitlab", done.stdout)
    assert done.returncode == 2 and document["scan"]["status"] == "failure"
    assert "missing.py" in document["scan"]["messages"][0]["value"]


def test_github_annotates_each_finding_on_one_line(report):
    lines = report("github").splitlines()
    whole = findings(report)
    assert len(lines) == len(whole)
    for line, finding in zip(lines, whole):
        command, properties, message = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line).groups()
        pairs = dict(pair.split("=", 1) for pair in properties.split(","))
        assert pairs["file"].replace("%2C", ",") == finding["path"]
        assert int(pairs["line"]) == finding["line"]
        assert command == ("notice" if finding["severity"] == "low" else "error")
        assert message and "\x1b" not in line


def test_github_hears_of_files_that_could_not_be_read(keylift, project):
    done = keylift("scan", "--format", "github", "missing.py", cwd=project)
    assert done.returncode == 2 and done.stdout.startswith("::error file=missing.py,")


@pytest.mark.parametrize("kind", FORMATS)
def test_the_status_does_not_depend_on_the_format(keylift, leaks, kind):
    assert keylift("scan", "--format", kind, "--fail-on", "high", ".", cwd=leaks).returncode == 1
    leaks.write("clean/a.py", "x = 1\n")
    assert keylift("scan", "--format", kind, "clean", cwd=leaks).returncode == 0
    done = keylift("scan", "--format", kind, "-o", "report", ".", cwd=leaks)
    assert done.returncode == 1 and "The report is in report" in done.stdout
    assert (leaks.path / "report").stat().st_size > 0


@pytest.mark.parametrize("command", ["migrate", "upload", "rewrite", "runs"])
def test_commands_that_have_text_and_json_alone_say_so(keylift, project, command):
    done = keylift(command, "--format", "sarif", cwd=project)
    assert done.returncode == 2 and 'takes text or json' in done.stderr
    assert "--format text|json " in keylift(command, "--help", cwd=project).stdout


def test_plan_has_sarif_too(keylift, project):
    done = keylift("plan", "--format", "csv", cwd=project)
    assert done.returncode == 2 and "takes text, json or sarif" in done.stderr
    assert "--format text|json|sarif" in keylift("plan", "--help", cwd=project).stdout


def test_one_scan_may_write_several_reports(keylift, report, leaks):
    alone = {kind: report(kind) for kind in ("sarif", "csv")}
    done = keylift("scan", "--format", "github", "--also", "sarif=out.sarif", "--also", "csv=a=b.csv", ".", cwd=leaks)
    assert done.returncode == 1 and done.stdout == report("github")
    assert (leaks / "a=b.csv").read_bytes().decode() == alone["csv"]
    assert json.loads(leaks.read("out.sarif"))["runs"][0]["results"] == json.loads(alone["sarif"])["runs"][0]["results"]
    done = keylift("scan", "-o", "report.txt", "--also", "json=/proc/none/x", ".", cwd=leaks)
    assert done.returncode == 2 and "/proc/none" in done.stderr


@pytest.mark.parametrize("wrong", ["sarif", "sarif=", "sarif=-", "=x", "markdown=x", "SARIF=x"])
def test_a_further_report_needs_a_format_and_a_file(keylift, leaks, wrong):
    done = keylift("scan", "--also", wrong, ".", cwd=leaks)
    assert done.returncode == 2 and done.stdout == "" and "such as sarif=keylift.sarif" in done.stderr
