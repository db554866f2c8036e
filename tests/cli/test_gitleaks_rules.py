"""Configurations of gitleaks as --rules-file. What is expected is what gitleaks' README says of each key; beside
keylift's own part, that a match belongs to the literal that it lies in. tests/byhand/test_gitleaks.py compares the two
programs themselves."""

import json

import pytest

import support

KEYED = r"""
[[rules]]
id = "acme-key"
description = "Acme key"
regex = '''(?i)acme_key\s*=\s*["']([a-z0-9]{32})["']'''
keywords = ["ACME"]
"""
LOOSE = r"""
[[rules]]
id = "acme-key"
regex = '''acme-[0-9a-f]{16}'''
"""


def token(length=32):
    return support.made("", length, "0123456789abcdef")


def acme():
    return support.made("acme" + "-", 16, "0123456789abcdef")


def scan(keylift, project, config, *args, name="gitleaks.toml"):
    """The report on src/, and what was said beside it."""
    project.write(name, config)
    done = keylift("scan", "--format", "json", "--rules-file", name, *args, "src", cwd=project)
    assert done.stdout, done.stderr
    return json.loads(done.stdout), done


def of_rule(report, rule="acme-key"):
    return [f for f in report["findings"] if f["rule"] == rule]


def refused(keylift, project, config):
    project.write("gitleaks.toml", config)
    project.write("src/a.txt", "nothing\n")
    done = keylift("scan", "--rules-file", "gitleaks.toml", "src", cwd=project)
    assert done.returncode == 2, done.stderr
    return done.stderr


# ---- the place of a match ----


def test_a_match_around_a_literal_is_a_finding_of_the_literal(keylift, project):
    secret = token()
    project.write("src/a.py", f'import os\n\nACME_KEY = "{secret}"\ncall(acme_key=\'{secret[::-1]}\')\n')
    report, done = scan(keylift, project, KEYED)
    found = of_rule(report)
    assert [(f["line"], f["column"], f["name"], f["context"]) for f in found] == [
        (3, 12, "ACME_KEY", "assignment"),
        (4, 15, "acme_key", "keyword-argument"),
    ]
    assert all(f["fixable"] for f in found) and found[0]["severity"] == "high" and found[0]["message"] == "Acme key"
    assert done.returncode == 1 and secret not in done.stdout + done.stderr


def test_it_is_moved_with_its_value(keylift, project):
    secret = token()
    project.write("src/a.py", f'ACME_KEY = "{secret}"\n')
    project.write("gitleaks.toml", KEYED)
    done = keylift("migrate", "--yes", "--rules-file", "gitleaks.toml", "src", cwd=project)
    assert done.returncode == 0, done.stderr
    assert secret not in project.read("src/a.py") and f'ACME_KEY' in project.read("src/a.py")
    assert secret in "".join(p.read_text() for p in project.path.rglob(".env"))


def test_a_secret_in_a_longer_literal_is_seen_there(keylift, project):
    secret = acme()
    project.write("src/a.py", f'URL = f"https://{{host}}/?k={secret}&x=\\n"\nB = b"\\x00{secret}"\n"""Doc {secret}."""\n# {secret}\n')
    report, _ = scan(keylift, project, LOOSE)
    assert [(f["line"], f["context"]) for f in of_rule(report)] == [
        (1, "f-string"), (2, "assignment"), (3, "docstring"), (4, "comment")
    ]
    assert all(f["redacted"] == "… (17 to 32 characters)" for f in of_rule(report)), of_rule(report)


def test_outside_of_literals_it_has_the_place_of_the_secret(keylift, project):
    project.write("src/a.py", "x = é = 1\nprint(1234567890 + 1)\n")
    project.write("src/b.txt", "é 1234567890\n")
    report, _ = scan(keylift, project, "[[rules]]\nid = 'number'\nregex = '''\\b(\\d{10})\\b'''\n")
    assert [(f["path"], f["line"], f["column"], f["end_column"], f["fixable"], f["reason"]) for f in report["findings"]] == [
        ("src/a.py", 2, 7, 17, False, "not inside of one string"),
        ("src/b.txt", 1, 3, 13, False, "not Python"),
    ]


def test_one_place_is_one_finding(keylift, project):
    """Of a built-in rule, the classifier, and two rules of the file."""
    key = support.made_stripe_key()
    project.write("src/a.py", f'STRIPE_KEY = "{key}"\nACME_KEY = "{token()}"\n')
    project.write("src/b.env", f'ACME_KEY="{token()}"\n')
    report, _ = scan(keylift, project, KEYED + f"[[rules]]\nid = 'theirs'\nregex = '''{key[:7]}[0-9A-Za-z]+'''\n"
                     "[[rules]]\nid = 'other'\nregex = '''(?i)acme_key[ =]+\"[0-9a-f]+\"'''\n")
    assert [(f["path"], f["line"]) for f in report["findings"]] == [("src/a.py", 1), ("src/a.py", 2), ("src/b.env", 1)]


def test_files_of_other_encodings_keep_their_places(keylift, project):
    secret = acme()
    project.write("src/u16.txt", f"é = {secret}\n".encode("utf-16"))
    project.write("src/latin.py", f'# -*- coding: latin-1 -*-\nx = "é"; k = "é{secret}"\n'.encode("latin-1"))
    project.write("src/broken.txt", b"\x80\xfd\x80 " + f"'.' {secret}\n".encode())
    report, _ = scan(keylift, project, LOOSE)
    assert [(f["path"], f["line"], f["column"]) for f in of_rule(report)] == [
        ("src/broken.txt", 1, 9), ("src/latin.py", 2, 14), ("src/u16.txt", 1, 5)
    ]


def test_notebooks_are_searched_as_code_and_as_text(keylift, project):
    secret, shown = token(), acme()
    cells = [{"cell_type": "code", "metadata": {}, "execution_count": 1, "source": [f'acme_key = "{secret}"\n'],
              "outputs": [{"output_type": "stream", "name": "stdout", "text": [shown + "\n"]}]}]
    project.write("src/a.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1))
    report, _ = scan(keylift, project, KEYED + LOOSE.replace("acme-key", "loose"))
    assert [(f["rule"], f["fixable"]) for f in report["findings"]] == [("acme-key", True), ("loose", False)]


# ---- what a rule says ----


@pytest.mark.parametrize("more, columns", [("", (3, 6)), ("secretGroup = 2", (3, 6)), ("secretGroup = 3", (7, 10))])
def test_the_secret_is_the_group_that_is_named_else_the_first_that_is_not_empty(keylift, project, more, columns):
    project.write("src/a.txt", "k=one/two;\n")
    report, _ = scan(keylift, project, f"[[rules]]\nid = 'r'\nregex = 'k=(x?)(\\w+)/(\\w+)'\n{more}\n")
    assert [(f["column"], f["end_column"]) for f in report["findings"]] == [columns]


def test_entropy_must_be_exceeded(keylift, project):
    # "abcd" has exactly two bits a character, "abcde" has more.
    project.write("src/a.txt", "k=abcd\nk=abcde\nk=aaaa\n")
    report, _ = scan(keylift, project, "[[rules]]\nid = 'r'\nregex = 'k=(\\w+)'\nentropy = 2.0\n")
    assert [f["line"] for f in report["findings"]] == [2]


def test_a_rule_with_keywords_runs_over_files_that_hold_one(keylift, project):
    project.write("src/with.txt", "Acme\n\nk=12345\n")
    project.write("src/without.txt", "k=12345\n")
    report, _ = scan(keylift, project, "[[rules]]\nid = 'r'\nregex = 'k=\\d+'\nkeywords = ['ACME', 'x-']\n")
    assert [f["path"] for f in report["findings"]] == ["src/with.txt"]
    report, _ = scan(keylift, project, "[[rules]]\nid = 'r'\nregex = 'k=\\d+'\nkeywords = []\n")
    assert len(report["findings"]) == 2


def test_a_path_limits_a_rule_or_is_one(keylift, project):
    secret = acme()
    project.write("src/a.txt", secret)
    project.write("src/b.conf", secret)
    project.write("src/c.p12", b"\x00\x01\x02" * 9)
    report, done = scan(keylift, project, LOOSE + "path = '''(^|/)b\\.'''\n[[rules]]\nid = 'p12'\npath = '''(?i)\\.P12$'''\n")
    assert [(f["rule"], f["path"], f["line"]) for f in report["findings"]] == [("acme-key", "src/b.conf", 1), ("p12", "src/c.p12", 1)]
    assert report["findings"][1]["redacted"] == "the file itself"
    assert report["stats"]["skipped"] == {"binary": 1} and done.returncode == 1


# ---- allowlists ----

ALLOWED = [
    ("paths = ['''tests/''']", "a"),
    ("regexes = ['''^acme-0''']", "b"),
    ("regexTarget = 'secret'\nregexes = ['''^acme-0''']", "b"),
    ("regexTarget = 'match'\nregexes = ['''^k=acme-1''']", "c"),
    ("regexTarget = 'line'\nregexes = ['''# mock$''']", "d"),
    ("stopwords = ['CME-0']", "b"),
    ("paths = ['''tests/''']\nstopwords = ['acme-0']", "ab"),
    ("condition = 'OR'\npaths = ['''tests/''']\nstopwords = ['acme-0']", "ab"),
    ("condition = 'and'\npaths = ['''src/''']\nstopwords = ['acme-0']", "b"),
    ("condition = '&&'\npaths = ['''tests/''']\nstopwords = ['acme-0']", ""),
    ("commits = ['1234567']\nstopwords = ['acme-0']", "b"),
    ("condition = 'AND'\ncommits = ['1234567']\nstopwords = ['acme-0']", ""),
]
HEADS = ["[[allowlists]]", "[allowlist]", "[[rules.allowlists]]", "[rules.allowlist]", "[[allowlists]]\ntargetRules = ['acme-key']"]


@pytest.mark.parametrize("head", HEADS)
def test_an_allowlist_silences_and_what_it_silences_is_counted(keylift, project, head):
    rule = "[[rules]]\nid = 'acme-key'\nregex = '''k=(acme-[0-9a-f]{16})'''\n"
    lines = {"a": ("src/tests/a.txt", f"k=acme-2{token(15)}\n"), "b": ("src/b.txt", f"k=acme-0{token(15)}\n"),
             "c": ("src/c.txt", f"k=acme-1{token(15)}\n"), "d": ("src/d.txt", f"k=acme-3{token(15)} # mock\nx\n")}
    for path, text in lines.values():
        project.write(path, text)
    for body, silenced in ALLOWED if head == HEADS[0] else ALLOWED[::3]:
        report, done = scan(keylift, project, f"{rule}\n{head}\n{body}\n", "--show-suppressed")
        by = {f["path"]: f["suppressed"] for f in of_rule(report)}
        assert len(by) == 4
        assert "".join(k for k, (path, _) in lines.items() if by[path]) == silenced, body
        assert all("gitleaks.toml: " in s and "allowlist" in s for s in by.values() if s)
        assert ("commits are not used" in done.stderr) == ("commits" in body), done.stderr


def test_an_allowlist_holds_over_built_in_rules_and_the_classifier(keylift, project):
    key = support.made_stripe_key()
    project.write("src/a.py", f'STRIPE_KEY = "{key}"\nmy_password = "{support.made_password()}"\n')
    rules = {f["rule"] for f in scan(keylift, project, LOOSE)[0]["findings"]}
    assert len(rules) == 2
    for rule in rules:
        report, _ = scan(keylift, project, f"{LOOSE}[[allowlists]]\ntargetRules = ['{rule}']\npaths = ['a.py']\n")
        assert {f["rule"] for f in report["findings"]} == rules - {rule}
    report, done = scan(keylift, project, f"{LOOSE}[[allowlists]]\npaths = ['a.py']\n")
    assert report["findings"] == [] and done.returncode == 0
    # The user has named the file, and the tree has not: --no-config does not mean it.
    report, _ = scan(keylift, project, f"{LOOSE}[[allowlists]]\npaths = ['a.py']\n", "--no-config")
    assert report["findings"] == []


def test_what_one_rule_allows_is_a_finding_of_another(keylift, project):
    project.write("src/a.txt", acme())
    report, _ = scan(keylift, project, LOOSE + "[[rules.allowlists]]\npaths = ['a']\n[[rules]]\nid = 'second'\nregex = 'acme-[0-9a-f]+'\n")
    assert [f["rule"] for f in report["findings"]] == ["second"]


# ---- [extend] ----


def test_a_configuration_extends_another(keylift, project):
    project.write("base.toml", LOOSE + "description = 'base'\n[[rules]]\nid = 'two'\nregex = 'two-\\d+'\n[[rules]]\nid = 'three'\nregex = 'three-\\d+'\n")
    project.write("src/a.txt", f"{acme()} two-2 three-3\n")
    project.write("src/mock.txt", f"{acme()}\n")
    own = "[extend]\npath = 'base.toml'\ndisabledRules = ['two']\n[[rules]]\nid = 'acme-key'\ndescription = 'own'\n" \
          "[[rules.allowlists]]\npaths = ['mock']\n"
    report, done = scan(keylift, project, own)
    assert [(f["rule"], f["path"], f["message"]) for f in report["findings"]] == [
        ("acme-key", "src/a.txt", "own"), ("three", "src/a.txt", "three")]
    assert done.stderr == ""


def test_disabled_rules_are_ours_too(keylift, project):
    key = support.made_stripe_key()
    project.write("src/a.py", f'STRIPE_KEY = "{key}"\nmy_password = "{support.made_password()}"\n')
    found = [f["rule"] for f in scan(keylift, project, "[extend]\nuseDefault = true\n")[0]["findings"]]
    assert len(found) == 2
    report, done = scan(keylift, project, f"[extend]\nuseDefault = true\ndisabledRules = {[*found, 'nobody']}\n")
    assert not {f["rule"] for f in report["findings"]} & set(found)
    assert 'disabledRules: no rule has the id "nobody"' in done.stderr and found[0] not in done.stderr
    report, _ = scan(keylift, project, f"[extend]\nuseDefault = true\ndisabledRules = {found}\n", "--rules", found[0])
    assert [f["rule"] for f in report["findings"]] == found[:1]


def test_a_rule_with_the_id_of_a_built_in_one_takes_its_place(keylift, project):
    key = support.made_stripe_key()
    project.write("src/a.py", f'STRIPE_KEY = "{key}"\n')
    [rule] = [f["rule"] for f in scan(keylift, project, LOOSE)[0]["findings"]]
    report, _ = scan(keylift, project, f"[[rules]]\nid = '{rule}'\nregex = 'acme-\\d+'\n")
    assert rule not in {f["rule"] for f in report["findings"]}


def test_rules_and_skip_rules_name_them(keylift, project):
    project.write("src/a.txt", f"{acme()} two-2\n")
    both = LOOSE + "[[rules]]\nid = 'two'\nregex = 'two-\\d+'\n"
    assert [f["rule"] for f in scan(keylift, project, both, "--rules", "two")[0]["findings"]] == ["two"]
    assert [f["rule"] for f in scan(keylift, project, both, "--skip-rules", "two")[0]["findings"]] == ["acme-key"]


# ---- what cannot be used ----

WRONG = [
    ("[[rules]]\nid = 'r'\nregex = 'd.(?P<key>a)|(?P<key>b)'", "line 3: rule r: regex: at offset 17: the name of a group is used twice"),
    ("[[allowlists]]\npaths = [\n  'a',\n  '(',\n]", 'line 4: allowlist 1: paths, number 2: at offset 1: a ")" is missing'),
    ("[[rules]]\nid = 'r'\nregex = 'a(?=b)'", "line 3: rule r: regex: at offset 1: look-ahead, which RE2 does not have"),
    ("[[rules]]\nid = 'r'\nregex = 'a'\npath = '(b'", 'line 4: rule r: path: at offset 2: a ")" is missing'),
    ("[[rules]]\nid = 'r'\nregex = '\\p{Nonsense}'", "line 1: rule r: regex: keylift cannot run this pattern"),
    ("[[rules]]\nid = 'r'\nregex = '((a{1000}){1000}){1000}'", "line 1: rule r: regex: keylift cannot run this pattern"),
    ("[[rules]]\nid = 'r'\nregex = '(a)'\nsecretGroup = 2", "line 1: rule r: secretGroup is 2, and the regex has 1 groups"),
    ("[[rules]]\nid = 'r'\nregex = 3", 'line 3: rule r: this must be a string: "regex"'),
    ("[[rules]]\nid = 'r'\nregex = 'a'\nkeywords = [1]", 'line 4: rule r: this must be a list of strings: "keywords"'),
    ("[[rules]]\nid = 'r'", "line 1: rule r: it has neither a regex nor a path"),
    ("[[rules]]\nregex = 'a'", "line 1: rule number 1: the id is missing"),
    ("[[rules]]\nid = 'r'\nregex = 'a'\n[[rules]]\nid = 'r'\nregex = 'b'", "line 4: rule r: the id is used twice"),
    ("[[rules]]\nid = 'r'\nregex = 'a'\n[[rules.allowlists]]\nregexes = ['a', '+']",
     "line 5: rule r: allowlist 1: regexes, number 2: at offset 0: there is nothing to repeat"),
    ("[[allowlists]]\npaths = ['a']\ncondition = 'XOR'", 'line 3: allowlist 1: a condition is AND or OR: "XOR"'),
    ("[[allowlists]]\nregexes = ['a']\nregexTarget = 'file'", 'line 3: allowlist 1: a regexTarget is secret, match or line: "file"'),
    ("[[allowlists]]\ndescription = 'empty'", "line 1: allowlist 1: it has neither paths nor regexes nor stopwords"),
    ("[[allowlists]]\npaths = ['a']\ntargetRules = ['none']", 'line 1: allowlist 1: there is no rule "none"'),
    ("[extend]\nuseDefault = true\npath = 'b.toml'", "line 2: extend: path and useDefault cannot both be there"),
    ("[extend]\npath = 'missing.toml'", "gitleaks.toml: line 2: extend: "),
    ("[extend]\npath = 'gitleaks.toml'", "gitleaks.toml: line 2: extend: more than 3 files that extend each other"),
]


@pytest.mark.parametrize("config, message", WRONG)
def test_what_cannot_be_mapped_is_named_with_its_file_and_rule(keylift, project, config, message):
    said = refused(keylift, project, config)
    assert said.startswith("keylift: gitleaks.toml: ") and message in said, said


def test_what_is_harmless_is_a_warning(keylift, project):
    project.write("src/a.txt", acme())
    report, done = scan(keylift, project, "minVersion = 'v8.25.0'\nnews = 1\n[extend]\nuseDefault = true\nurl = 'x'\n" + LOOSE + """
tags = ["a"]
colour = "red"
[[rules.required]]
id = "other"
[[rules]]
id = "theirs-alone"
[[rules.allowlists]]
paths = ["x"]
""")
    assert [f["rule"] for f in report["findings"]] == ["acme-key"]
    for said in ('gitleaks.toml: line 2: the key "news" is unknown', 'line 5: extend: the key "url" is unknown',
                 'line 12: rule acme-key: the key "colour" is unknown', "line 13: rule acme-key: required is not used",
                 "line 15: rule theirs-alone: not used: no built-in rule has this id"):
        assert done.stderr.count(said) == 1, (said, done.stderr)
    assert len(done.stderr.splitlines()) == 5, done.stderr
    assert keylift("scan", "-q", "--rules-file", "gitleaks.toml", "src", cwd=project).stderr == ""


def test_keys_are_read_without_regard_to_case(keylift, project):
    project.write("src/a.txt", f"{acme()} {acme()} mock\n")
    report, done = scan(keylift, project, "[[Rules]]\nID = 'acme-key'\nRegex = '(acme-)[0-9a-f]{16}'\nSECRETGROUP = 1\n"
                        "[AllowList]\nStopWords = 'nothing'\n")
    assert [f["column"] for f in of_rule(report)] == [1, 23] and done.stderr == ""


@pytest.mark.parametrize("regex", ["acme_[^0-9]*[0-9]", "(?s)acme_.*x", "(acme_|[a-z]+)+x"])
def test_a_rule_that_takes_too_many_steps_is_told_with_its_file(keylift, project, regex):
    project.write("src/hard.txt", "acme_" * 100_000 + "\n")
    project.write("src/other.txt", f"{acme()}\n")
    report, done = scan(keylift, project, LOOSE + f"[[rules]]\nid = 'slow'\nregex = '{regex}'\n")
    assert done.returncode == 2
    [error] = report["errors"]
    assert error["path"] == "src/hard.txt" and "rule slow" in error["message"] and "too many steps" in error["message"]
    assert [f["path"] for f in of_rule(report)] == ["src/other.txt"]


def test_an_allowlist_that_takes_too_many_steps_allows_nothing(keylift, project):
    project.write("src/a.txt", f"{'a' * 4000}{acme()}\n")
    report, done = scan(keylift, project, LOOSE + "[[allowlists]]\nregexTarget = 'line'\nregexes = ['''(a+)+[0-9]{40}''']\n")
    assert done.returncode == 2 and len(of_rule(report)) == 1
    assert "gitleaks.toml: allowlist 1" in report["errors"][0]["message"]


@pytest.mark.parametrize("filler", ["x", "é", "k"])
def test_a_match_is_found_wherever_it_lies_in_a_long_text(keylift, project, filler):
    """The text is searched by pieces (text_search.h): matches across their ends, at them, and longer than one."""
    lengths = [*range(2, 12), 2044, 2045, 2046, 2047, 2048, 2049, 6000]
    for at in (0, *range(2030, 2052), 4095, 4096):
        text = filler * (at // len(filler.encode())) + "\n"
        project.write(f"src/{at}.txt", text + "".join(f"k={'a' * n};\n" for n in lengths))
    report, _ = scan(keylift, project, "[[rules]]\nid = 'r'\nregex = '\\bk=([a-c]+);(?m:$)'\n")
    assert report["errors"] == [] and len(report["findings"]) == 25 * len(lengths)
    assert {f["end_column"] - f["column"] for f in report["findings"]} == set(lengths)


# ---- everywhere that rules are ----


def test_history_tells_files_that_are_findings_by_their_names_apart(keylift, project):
    project.git("init", "-q")
    for name in ("a.p12", "b.p12"):
        project.write(f"src/{name}", b"\x00\x01" * 8)
    project.write("src/c.txt", acme())
    project.git("add", ".")
    project.git("commit", "-q", "-m", "one")
    project.write("gitleaks.toml", LOOSE + "[[rules]]\nid = 'p12'\npath = '''\\.p12$'''\n")
    done = keylift("scan", "--history", "--format", "json", "--rules-file", "gitleaks.toml", cwd=project)
    found = json.loads(done.stdout)["findings"]
    assert [(f["rule"], f["path"]) for f in found] == [("p12", "src/a.p12"), ("p12", "src/b.p12"), ("acme-key", "src/c.txt")]


def test_rules_list_show_and_test_know_them(keylift, project):
    project.write("gitleaks.toml", KEYED)
    listed = json.loads(keylift("rules", "list", "--format", "json", "--rules-file", "gitleaks.toml", cwd=project).stdout)
    [rule] = [r for r in listed["rules"] if r["id"] == "acme-key"]
    assert rule["keywords"] == ["acme"] and rule["pattern"].startswith("(?i)acme_key")
    assert "Acme key" in keylift("rules", "show", "acme-key", "--rules-file", "gitleaks.toml", cwd=project).stdout
    done = keylift("rules", "test", "gitleaks.toml", cwd=project)
    assert done.returncode == 0 and "acme-key" in done.stdout
    project.write("gitleaks.toml", KEYED.replace("[a-z0-9]{32}", "\\p{Nonsense}"))
    done = keylift("rules", "test", "gitleaks.toml", cwd=project)
    assert done.returncode != 0 and "keylift cannot run this pattern" in done.stdout + done.stderr
