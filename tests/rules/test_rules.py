"""The rules through the whole program: what must be found is planted into Python files by another
reading of the notation (docs/ADDING-A-RULE.md) with characters that differ from run to run, and what
users of other scanners complain about is not found."""

import json
import random
import re
import string
import tomllib

import pytest

import support
from rule_examples import ALPHABETS, RULES, all_rules, expand, prefixes

def plant(rules, key, chance):
    """A module with one assignment a line for each example, and the rule of each line."""
    lines, owners = [], []
    for rule in rules:
        for example in rule[key]:
            name, value = f"planted_{len(lines)}", expand(example, chance)
            if "name_words" in rule:
                name, _, value = value.partition("=")
            lines.append(f"conf[{name!r}] = {value!r}\n")
            owners.append((rule["id"], example))
    return "".join(lines), owners


def scan(keylift, project_path, *more):
    result = keylift("scan", "--format", "json", "--no-config", *more, ".", cwd=project_path)
    assert result.returncode in (0, 1), result.stderr
    return json.loads(result.stdout)["findings"]


def write(project, name, text):
    path = project.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path.parent


def found_on_lines(findings):
    found = {}
    for finding in findings:
        found.setdefault(finding["line"], set()).add(finding["rule"])
    return found


def overlapping(rule_id, other_ids):
    """A place is reported once; where two rules fit, the surer one stands for both."""
    return bool(other_ids) and rule_id not in other_ids


def test_a_finding_shows_the_public_prefix_and_no_more(keylift, project):
    chance = support.chance()
    rules = [dict(rule, prefix=prefixes(rule)) for rule in all_rules() if prefixes(rule)]
    text, owners = plant(rules, "find", chance)
    folder = write(project, "app.py", text)
    by_id = {rule["id"]: rule["prefix"] for rule in rules}
    shown = 0
    for finding in scan(keylift, folder):
        start, _, rest = finding["redacted"].partition("… (")
        assert rest.endswith(" characters)"), finding
        assert not start or start in by_id[finding["rule"]], finding
        shown += finding["rule"] == owners[finding["line"] - 1][0] and bool(start)
    # Half of a value stays hidden whatever its prefix, so that a short one may show none.
    assert shown >= len(owners) * 9 // 10


def test_a_rule_with_several_prefixes_shows_the_one_that_is_there(keylift, project):
    for i, prefix in enumerate(["AS" + "IA", "AK" + "IA", "rk_" + "live_", "gh" + "s_"]):
        length = {"A": 16, "r": 30, "g": 36}[prefix[0]]
        folder = write(project, f"case{i}/app.py", f"key = {support.made(prefix, length, string.ascii_uppercase)!r}\n")
        [finding] = scan(keylift, folder)
        assert finding["redacted"].startswith(prefix + "… ("), finding


def test_a_word_that_calls_a_rule_is_not_shown_when_the_secret_begins_with_it(keylift, project):
    password = "postgres" + support.made(length=5)
    folder = write(project, "app.py", f'url = "postgres://app:{password}@db.corp.net/app"\n')
    [finding] = scan(keylift, folder)
    assert finding["rule"] == "database-url-password"
    assert finding["redacted"].startswith("… ("), finding


@pytest.mark.parametrize("exhaustive", [False, True])
def test_every_find_example_is_found_in_python(keylift, project, exhaustive):
    chance = support.chance()
    rules = list(all_rules())
    text, owners = plant(rules, "find", chance)
    folder = write(project, "app.py", text)
    found = found_on_lines(scan(keylift, folder, *(["--exhaustive"] if exhaustive else [])))
    missed = [owner for line, owner in enumerate(owners, 1) if line not in found]
    # Random characters fall short of an entropy or run into a mask now and then: never many.
    assert len(missed) <= len(owners) // 100, missed
    other = [owner for line, owner in enumerate(owners, 1) if overlapping(owner[0], found.get(line, set()))]
    assert len(other) <= 2, other


def test_no_skip_example_is_found_by_its_rule(keylift, project):
    chance = support.chance()
    rules = list(all_rules())
    text, owners = plant(rules, "skip", chance)
    folder = write(project, "app.py", text)
    found = found_on_lines(scan(keylift, folder))
    wrong = [owner for line, owner in enumerate(owners, 1) if owner[0] in found.get(line, set())]
    assert wrong == []


def test_fast_and_exhaustive_find_the_same(keylift, project):
    chance = support.chance()
    rules = list(all_rules())
    text = plant(rules, "find", chance)[0] + plant(rules, "skip", chance)[0]
    folder = write(project, "app.py", text)
    assert scan(keylift, folder) == scan(keylift, folder, "--exhaustive")


def test_each_rule_has_a_place_to_revoke_and_a_source():
    ids = set()
    for path in sorted(RULES.glob("*.toml")):
        document = tomllib.loads(path.read_text("utf-8"))
        for rule in document["rule"]:
            assert rule.get("revoke") or document.get("revoke"), rule["id"]
            assert rule.get("source") or document.get("source"), rule["id"]
            assert rule["id"] not in ids
            ids.add(rule["id"])
            assert re.fullmatch(r"[a-z0-9-]+", rule["id"])
    assert len(ids) >= 400


COMPLAINTS = [
    "public_key = {value!r}",
    "monkey = {value!r}",
    "token_url = {value!r}",
    "token_url = 'https://auth.acme.io/oauth/token'",
    "password = None",
    "password = ''",
    "x = {{'password': 'Password'}}",
    "x = {{'password': {{'type': 'string'}}}}",
    "parser.add_argument('--password', help='the password of the user')",
    "password = os.environ['DB_PASSWORD']",
    "password = getpass.getpass('Password: ')",
    "password = f'{{user}}-{{number}}'",
    "max_tokens = 4096",
    "TOKEN_HEADER = 'X-Auth-Token'",
    "secret = '<your-secret>'",
    "api_key = 'YOUR_API_KEY'",
    "password = 'changeme'",
    "password = '${{DB_PASSWORD}}'",
    "api_key = '{{{{ api_key }}}}'",
    "if token == 'EOF': pass",
    "PASSWORD_RESET_TEMPLATE = 'registration/password_reset.html'",
    "csrf_token = {value!r}",
    "primary_key = {value!r}",
    "secret_name = 'prod/db/password'",
    "passwordField = 'user_password'",
]


@pytest.mark.parametrize("line", COMPLAINTS)
def test_what_users_complain_about_is_not_found(keylift, project, line):
    value = "".join(random.Random(line).choice(ALPHABETS["alnum"]) for _ in range(32))
    folder = write(project, "app.py", line.format(value=value) + "\n")
    assert scan(keylift, folder) == []


FOUND = [
    ("password = {weak!r}", "generic-password"),
    ("class C:\n    def f(self):\n        self.db_password = {value!r}", "generic-password"),
    ("connect(host='db', password={weak!r})", "generic-password"),
    ("x = {{'api_key': {value!r}}}", "generic-api-key"),
    ("SECRET_KEY = {value!r}", "generic-secret"),
    ("def f(access_token={value!r}): pass", "generic-token"),
    ("os.environ['DB_PASSWORD'] = {weak!r}", "generic-password"),
    ("password = os.getenv('DB_PASSWORD', {weak!r})", "generic-password"),
    ("requests.get(u, auth=HTTPBasicAuth('me', {weak!r}))", "generic-password"),
    ("if password == {weak!r}: pass", "generic-password"),
    ("api_key = f'{value}{{suffix}}'", "generic-api-key"),
    ("client_secret = ({value!r}\n    {value!r})", "generic-secret"),
    ("client_secret = {value!r} + {value!r}", "generic-secret"),
]


@pytest.mark.parametrize("line, rule", FOUND)
def test_secrets_without_a_shape_are_found_by_their_names(keylift, project, line, rule):
    chance = random.Random(line)
    value = "".join(chance.choice(ALPHABETS["alnum"]) for _ in range(40))
    folder = write(project, "app.py", line.format(value=value, weak="hunter" + "2x!") + "\n")
    assert [f["rule"] for f in scan(keylift, folder)] == [rule]
