"""--findings FILE: reports as the scanners of today write them (their programs were run, see tests/byhand/test_reports.py),
on other machines, in other encodings, and with entries that cannot be placed."""

import csv
import hashlib
import io
import itertools
import json

import pytest

import support

CODE = 'import sys\nmode = "a"; label = "{0}"\nother = "{1}"\nprint(label, other)\n'
KEY = "-----BEGIN RSA PRIVATE" + " KEY-----\n{}\n-----END RSA PRIVATE" + " KEY-----\n"


@pytest.fixture
def app(project):
    project.values = ["quiet-" + support.made("", 10, seed=1), "plain-" + support.made("", 10, seed=2)]
    project.write("src/app.py", CODE.format(*project.values))
    project.git_init()
    return project


def plan(keylift, app, report, *more):
    """The places of the plan, and what is left with its reason."""
    where = app.path.parent / "report"
    where.write_bytes(report if isinstance(report, bytes) else report.encode())
    done = keylift("plan", ".", "--findings", str(where), "--format", "json", *more, cwd=app)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert app.values[0] not in done.stdout + done.stderr
    document = json.loads(done.stdout)
    return [(s["path"], s["line"], s["column"]) for s in document["sites"]], {s["path"]: s["reason"] for s in document["left"]}


LABEL = ("src/app.py", 2, 21)


def gitleaks_csv(rows):
    columns = ("RuleID,Commit,File,SymlinkFile,Secret,Match,StartLine,EndLine,StartColumn,EndColumn,Author,Message,Date,"
               "Email,Fingerprint,Tags").split(",")  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def betterleaks_finding(value, line=2, path="./src/app.py", **more):
    place = {"path": path, "start_line": line, "end_line": line, "start_column": 22, "end_column": 37}
    return {"rule_id": "x", "match": {"full": value, "value": value}, "location": place, **more}


def test_a_table_of_gitleaks_is_read_with_its_quotes(keylift, app):
    app.write("src/two, or.py", f'a = "{app.values[1]}"\n')
    rows = [{"RuleID": "x", "File": "src/app.py", "Secret": app.values[0], "Match": 'a, "b"\nc', "StartLine": 2, "EndLine": 2, "StartColumn": 20},
            {"RuleID": "y", "File": "src/two, or.py", "Secret": app.values[1], "StartLine": 9, "Message": "last\r\nline"}]  # fmt: skip
    sites, left = plan(keylift, app, gitleaks_csv(rows), "--allow-dirty")
    assert sites == [LABEL, ("src/two, or.py", 1, 5)] and not left


def test_betterleaks_is_read_with_what_belongs_to_a_finding(keylift, app):
    part = betterleaks_finding(app.values[1], line=3)
    whole = betterleaks_finding(app.values[0], component_sets=[{"components": [part]}])
    for report in (json.dumps({"schema_version": "1", "findings": [whole], "scan": {}}, indent=1),
                   json.dumps({"schema_version": "1", "finding": whole}) + "\n" + json.dumps({"schema_version": "1", "scan": {}}) + "\n"):  # fmt: skip
        sites, left = plan(keylift, app, report)
        assert sites == [LABEL, ("src/app.py", 3, 9)] and not left


def test_what_a_decoder_found_is_looked_for_by_its_line(keylift, app):
    app.write("src/enc.py", 'a = "cXVpZXQtcGxhaW4tdGV4dA=="\n')
    source = {"Data": {"Git": {"file": "src/enc.py", "line": 1, "commit": "a" * 40}}}
    entry = {"SourceMetadata": source, "DecoderName": "BASE64", "Raw": "quiet-plain-text"}
    assert plan(keylift, app, json.dumps(entry), "--allow-dirty") == ([("src/enc.py", 1, 5)], {})


def test_an_address_that_trufflehog_completed_is_found_by_its_password(keylift, app):
    app.write("src/url.py", f'a = "x"; u = "postgresql://bob:{app.values[0]}@db/shop"\n')
    source = {"Data": {"Filesystem": {"file": "src/url.py", "line": 1}}}
    entry = {"SourceMetadata": source, "DecoderName": "PLAIN", "Raw": f"postgresql://bob:{app.values[0]}@db:5432"}
    assert plan(keylift, app, json.dumps(entry), "--allow-dirty") == ([("src/url.py", 1, 14)], {})


def test_the_secret_to_an_access_key_is_taken_with_it(keylift, app):
    source = {"Data": {"Filesystem": {"file": "src/app.py", "line": 2}}}
    parts = {"access_key_id": app.values[0], "secret_access_key": app.values[1]}
    entry = {"SourceMetadata": source, "DecoderName": "PLAIN", "Raw": app.values[0], "SecretParts": parts}
    assert plan(keylift, app, json.dumps(entry)) == ([LABEL, ("src/app.py", 3, 9)], {})


# ---- SARIF ----


def sarif(artifact, line=2, column=21, run=None, snippet=None):
    region = {"startLine": line, "startColumn": column, **({"snippet": {"text": snippet}} if snippet else {})}
    place = {"artifactLocation": artifact, "region": region}
    result = {"ruleId": "x", "message": {"text": "m"}, "locations": [{"physicalLocation": place}]}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, **(run or {}), "results": [result]}]})


@pytest.mark.parametrize("artifact, bases", [
    ({"uri": "src/app.py"}, {}),
    ({"uri": "src/app%2epy"}, {}),
    ({"uri": "{here}/src/app.py"}, {}),
    ({"uri": "file://{here}/src/app.py"}, {}),
    ({"uri": "file://localhost{here}/src/app.py"}, {}),
    ({"uri": "file:{here}/src/app.py"}, {}),
    ({"uri": "src/app.py", "uriBaseId": "ROOT"}, {}),
    ({"uri": "src/app.py", "uriBaseId": "ROOT"}, {"ROOT": {"uri": "file:///gone/on/another/machine/"}}),
    ({"uri": "app.py", "uriBaseId": "SRC"}, {"SRC": {"uri": "src/", "uriBaseId": "ROOT"}, "ROOT": {"uri": "file://{here}/"}}),
    ({"uri": "app.py", "uriBaseId": "SRC"}, {"SRC": {"uri": "src"}}),
    ({"uri": "app.py", "uriBaseId": "SRC"}, {"SRC": {"uri": "file://{here}/src/"}}),
    ({"index": 0}, "artifacts"),
])
def test_the_uri_of_an_artifact_is_resolved(keylift, app, artifact, bases):
    here = str(app.path)
    run = {"artifacts": [{"location": {"uri": "src/app.py"}}]} if bases == "artifacts" else {"originalUriBaseIds": bases}
    report = sarif(artifact, run=run).replace("{here}", here)
    sites, left = plan(keylift, app, report)
    assert [(line, column) for _, line, column in sites] == [(2, 21)] and not left


def test_bases_that_name_each_other_end(keylift, app):
    bases = {"A": {"uri": "x/", "uriBaseId": "B"}, "B": {"uri": "y/", "uriBaseId": "A"}}
    sites, left = plan(keylift, app, sarif({"uri": "app.py", "uriBaseId": "A"}, run={"originalUriBaseIds": bases}))
    assert not sites and "no such file" in next(iter(left.values()))


def test_a_path_that_was_not_escaped_is_found_as_it_stands(keylift, app):
    app.write("src/a%41 é#.py", f'a = "{app.values[0]}"\n')
    assert plan(keylift, app, sarif({"uri": "src/a%41 é#.py"}, 1, 5), "--allow-dirty")[0] == [("src/a%41 é#.py", 1, 5)]


def test_a_uri_of_another_scheme_is_about_no_file(keylift, app):
    sites, left = plan(keylift, app, sarif({"uri": "https://example.invalid/src/app.py"}))
    assert not sites and "about no file" in next(iter(left.values()))


@pytest.mark.parametrize("snippet, taken", [
    ("{0}", True),  # gitleaks and Kingfisher: the secret
    ('mode = "a"; label = "{0}"', True),  # others: the line
    ("REDACTED", True),
    ('mode = "a"; label = "what stood there before"', False),
])
def test_the_text_of_the_place_tells_whether_the_file_has_changed(keylift, app, snippet, taken):
    report = sarif({"uri": "src/app.py"}, snippet=snippet.format(*app.values))
    sites, left = plan(keylift, app, report)
    assert (sites == [LABEL]) == taken and bool(left) != taken
    assert taken or "has the file changed" in left["src/app.py"]


# ---- how it is written ----


ENCODED = {
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "utf-8-sig": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "utf-16-le": lambda text: b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le"),
    "utf-16-be": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
}


# Of the twelve, each kind stands once, each time in another encoding; the others are thorough.
@pytest.mark.parametrize("case", support.some_thorough([f"{e} {k}" for k in ("json", "lines", "csv") for e in ENCODED], 5))
def test_a_report_may_be_of_windows(keylift, app, case):
    encode, kind = ENCODED[case.split()[0]], case.split()[1]
    entry = {"RuleID": "x", "File": "src\\app.py", "StartLine": 2, "EndLine": 2, "StartColumn": 20, "Secret": app.values[0], "Message": "\U0001f511 é"}
    source = {"Data": {"Filesystem": {"file": "src\\app.py", "line": 2}}}
    line = json.dumps({"SourceMetadata": source, "Raw": app.values[0]}, ensure_ascii=False) + "\n"
    text = {"json": json.dumps([entry], indent=1, ensure_ascii=False), "lines": line + line, "csv": gitleaks_csv([entry])}[kind]
    assert plan(keylift, app, encode(text)) == ([LABEL], {})


KEYS = list(itertools.product(['k = """{}"""\n', 'k = "{}"\n'], ["\n", "\r\n"], ["file", "value"]))


@pytest.mark.parametrize("case", support.some_thorough(KEYS, 3))
def test_a_key_is_found_however_its_line_ends_are_spelled(keylift, app, case):
    code, ends, said = case
    key = KEY.format(support.made("", 64, seed=5) + "\n" + support.made("", 60, seed=6))
    spelled = key if '"""' in code else key.replace("\n", "\\n")
    app.write("src/key.py", code.format(spelled).replace("\n", ends))
    secret = key.strip() if said == "value" else spelled.replace("\n", ends)
    entry = {"File": "src/key.py", "StartLine": 1, "EndLine": 4, "Secret": secret}
    assert plan(keylift, app, json.dumps([entry]), "--allow-dirty") == ([("src/key.py", 1, 5)], {})


def test_the_start_of_a_value_is_enough_and_must_be_there(keylift, app):
    entry = {"File": "src/app.py", "StartLine": 2, "EndLine": 2, "Secret": app.values[0][:9] + "..."}
    assert plan(keylift, app, json.dumps([entry])) == ([LABEL], {})
    entry["Secret"] = "something else..."
    assert "has the file changed" in plan(keylift, app, json.dumps([entry]))[1]["src/app.py"]


# ---- what cannot be placed ----


def test_an_entry_without_a_line_is_found_by_its_value(keylift, app):
    hashed = {"src/app.py": [{"type": "Secret Keyword", "hashed_secret": hashlib.sha1(app.values[0].encode()).hexdigest()}]}
    assert plan(keylift, app, json.dumps({"results": hashed})) == ([LABEL], {})  # as "detect-secrets scan --slim" writes it


@pytest.mark.parametrize("entry, reason", [
    ({"SourceMetadata": {"Data": {"Slack": {"channel_id": "C1"}}}, "Raw": "x"}, "about no file"),
    ({"SourceMetadata": {"Data": {"Docker": {"file": "src/app.py", "layer": "a"}}}}, "neither the line nor the value"),
    ({"tool": "keylift 0.1.0", "version": 1, "findings": [{"path": "src/app.py", "line": 3, "column": 9, "commit": "a" * 40}]}, "found in the history"),
])
def test_what_names_no_place_is_left_with_its_reason(keylift, app, entry, reason):
    sites, left = plan(keylift, app, json.dumps(entry))
    assert not sites and reason in next(iter(left.values()))


def test_an_empty_file_is_no_report(keylift, app):
    (app.path.parent / "r").write_bytes(b"")
    done = keylift("plan", "--findings", "../r", cwd=app)
    assert done.returncode == 2 and "is empty" in done.stderr


# ---- with a plan in between ----


def test_a_plan_of_a_report_is_applied_without_the_report(keylift, app):
    entry = {"File": "src/app.py", "StartLine": 2, "EndLine": 2, "StartColumn": 20, "Secret": app.values[0]}
    report = app.path.parent / "report"
    report.write_text(json.dumps([entry]))
    done = keylift("plan", "--findings", str(report), "-o", "../plan.json", cwd=app)
    assert done.returncode == 0, done.stdout + done.stderr
    assert app.values[0] not in (app.path.parent / "plan.json").read_text()
    report.unlink()
    done = keylift("apply", "../plan.json", "--yes", cwd=app)
    assert done.returncode == 0, done.stdout + done.stderr
    text = app.read("src/app.py")
    assert app.values[0] not in text and app.values[1] in text
    assert app.values[0] in app.read(".env")
    assert keylift("apply", "../plan.json", "--yes", cwd=app).returncode == 0 and app.read("src/app.py") == text
