"""--findings FILE: what the report of another scanner names is migrated, and nothing else. Reports
have the members that the scanners are known to write; that of detect-secrets is made by it, too."""

import hashlib
import json
import subprocess
import sys

import pytest

import support

# A name and a context that keylift alone does not take for a secret.
CODE = 'import sys\nmode = "a"; label = "{0}"\nother = "{1}"\nprint(label, other)\n'


@pytest.fixture
def app(project):
    project.values = ["quiet-" + support.made("", 10, seed=1), "plain-" + support.made("", 10, seed=2)]
    project.write("src/app.py", CODE.format(*project.values))
    project.git_init()
    return project


def gitleaks(p, path="src/app.py", line=2):
    return json.dumps([{"RuleID": "x", "File": path, "StartLine": line, "EndLine": line, "StartColumn": 20, "Secret": p.values[0]}])


def trufflehog(p):
    source = {"Data": {"Filesystem": {"file": "src/app.py", "line": 2}}}
    lines = [{"SourceMetadata": source, "DetectorName": d, "Raw": p.values[0]} for d in ("A", "B")]
    return "".join(json.dumps(line) + "\n" for line in lines)


def detect_secrets(p):
    hashed = hashlib.sha1(p.values[0].encode()).hexdigest()
    return json.dumps({"version": "1.5.0", "results": {"src/app.py": [{"hashed_secret": hashed, "line_number": 2}]}})


def kingfisher_finding(p):
    return {"rule": {"name": "X", "id": "x.1"},
            "finding": {"snippet": p.values[0], "line": 2, "column_start": 20, "column_end": 36, "path": "src/app.py"}}


def sarif(p):
    def result(line, column, **more):
        place = {"artifactLocation": {"uri": "src/app%2Epy"}, "region": {"startLine": line, "startColumn": column}}
        return {"ruleId": "x", "message": {"text": "m"}, "locations": [{"physicalLocation": place}], **more}

    results = [result(2, 22), result(3, 9, suppressions=[{"kind": "external"}])]
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": results}]})


def own(p):
    finding = {"rule": "x", "path": "src/app.py", "line": 2, "column": 21, "end_line": 2}
    silenced = dict(finding, line=3, column=9, suppressed="comment")
    return json.dumps({"version": 1, "tool": "keylift 0.1.0", "findings": [finding, silenced]})


REPORTS = {
    "gitleaks": gitleaks,
    "TruffleHog": trufflehog,
    "detect-secrets": detect_secrets,
    "Kingfisher JSON": lambda p: json.dumps({"findings": [kingfisher_finding(p)]}),
    "Kingfisher lines": lambda p: json.dumps(kingfisher_finding(p)) + "\n" + json.dumps(kingfisher_finding(p)) + "\n",
    "SARIF": sarif,
    "keylift": own,
}


def run_app(app):
    done = subprocess.run([sys.executable, "src/app.py"], cwd=app.path, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("kind", REPORTS)
def test_what_a_report_names_is_migrated_and_nothing_else(keylift, app, kind):
    report = app.path.parent / "report"
    report.write_text(REPORTS[kind](app))
    before = run_app(app)
    assert before.split() == app.values
    done = keylift("migrate", "--findings", str(report), "--yes", cwd=app)
    assert done.returncode == 0, done.stdout + done.stderr
    text = (app.path / "src/app.py").read_text()
    assert app.values[0] not in text and app.values[1] in text and 'mode = "a"' in text
    assert run_app(app) == before
    assert app.values[0] not in done.stdout + done.stderr


def plan(keylift, app, text):
    report = app.path.parent / "report"
    report.write_text(text)
    done = keylift("plan", "src", "--findings", str(report), "--format", "json", cwd=app)
    assert app.values[0] not in done.stdout + done.stderr
    return done


@pytest.mark.parametrize("path, line, reason", [
    ("gone.py", 2, "no such file"),
    ("top.py", 1, "not in the paths"),
    ("src/conf.yaml", 1, "not Python"),
    ("src/app.py", 1, None),  # the line moved, and the value tells which literal it is
    ("src/other.py", 1, "has the value of the report"),
    ("src/test_app.py", 1, "test credential"),
    ("src/silenced.py", 1, "silenced"),
])
def test_what_cannot_be_taken_is_named_with_its_reason(keylift, app, path, line, reason):
    app.write("top.py", f'a = "{app.values[0]}"\n')
    app.write("src/conf.yaml", f"a: {app.values[0]}\n")
    app.write("src/other.py", 'a = "b"\n')
    app.write("src/test_app.py", f'a = "{app.values[0]}"\n')
    app.write("src/silenced.py", f'password = "{app.values[0]}"  # keylift: ignore\n')
    done = plan(keylift, app, gitleaks(app, path, line))
    assert done.returncode == (1 if reason else 0), done.stdout + done.stderr
    assert not reason or (reason in done.stdout and path in done.stdout)


def test_a_line_with_several_literals_needs_more_than_a_line(keylift, app):
    place = {"artifactLocation": {"uri": "src/app.py"}, "region": {"startLine": 2}}
    done = plan(keylift, app, json.dumps({"runs": [{"results": [{"locations": [{"physicalLocation": place}]}]}]}))
    assert done.returncode == 1 and "several literals could be meant" in done.stdout


def test_the_hash_of_a_password_in_a_url_is_known(keylift, app):
    app.write("src/url.py", f'u = "postgresql://bob:{app.values[0]}@db/x"\n')
    done = plan(keylift, app, detect_secrets(app).replace("src/app.py", "src/url.py").replace('"line_number": 2', '"line_number": 1'))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("text", ["", "no report\n", "{}", '{"x": [1]}', '{"a": 1}\n{"b": 2}\n', "[1]"])
def test_a_file_that_is_no_report_is_refused(keylift, app, text):
    done = plan(keylift, app, text)
    assert done.returncode == 2 and "report" in done.stderr


def test_an_empty_report_is_nothing_to_do(keylift, app):
    assert plan(keylift, app, "[]").returncode == 0


def test_a_report_is_not_about_the_index(keylift, app):
    (app.path.parent / "r").write_text("[]")
    done = keylift("plan", "--staged", "--findings", "../r", cwd=app)
    assert done.returncode == 2 and "--staged" in done.stderr


def test_the_baseline_that_detect_secrets_writes(keylift, app):
    password = support.made_password(seed=3)
    app.write("src/pay.py", f'password = "{password}"\nprint(password)\n')
    made = subprocess.run([sys.executable, "-m", "detect_secrets", "scan", "--all-files", "src"],
                          cwd=app.path, check=True, capture_output=True, text=True)
    (app.path.parent / "r.json").write_text(made.stdout)
    assert "src/pay.py" in json.loads(made.stdout)["results"]
    done = keylift("migrate", "--findings", "../r.json", "--yes", "--allow-dirty", cwd=app)
    assert done.returncode == 0, done.stdout + done.stderr
    assert password not in (app.path / "src/pay.py").read_text() + done.stdout + done.stderr
