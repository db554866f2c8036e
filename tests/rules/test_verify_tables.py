"""A [[verify]] says where tokens are sent: what is not plainly right in one stops the build."""

import re
import subprocess
import tomllib

import pytest

import rule_examples
import support
from doubles.provider_answers import ASKED

RULEC = support.BINARY.parent / "rules" / "rulec"
RULE = """
provider = "Test"
severity = "high"
revoke = "nowhere"
source = "none yet: a test"
[[rule]]
id = "test-token"
description = "a token"
keywords = ["tok_"]
pattern = '(tok_[A-Za-z0-9]{20})'
find = ["tok_{alnum:20}", "x tok_{alnum:20}", "t=tok_{alnum:20}"]
skip = ["tok_{alnum:19}", "to_{alnum:20}", "tok_"]
[[rule]]
id = "test-id"
description = "an id"
keywords = ["tid_"]
pattern = '(tid_[A-Za-z0-9]{20})'
find = ["tid_{alnum:20}", "x tid_{alnum:20}", "t=tid_{alnum:20}"]
skip = ["tid_{alnum:19}", "ti_{alnum:20}", "tid_"]
"""
GOOD = {
    "rules": ["test-token"],
    "request": "GET https://api.example.com/v1/me",
    "headers": ["Authorization: Bearer {token}"],
    "live": ["200 id"],
    "not_live": ["401"],
    "source": "a test",
}


def compiled(tmp_path, *tables):
    text = RULE
    for table in tables:
        text += "\n[[verify]]\n" + "".join(f"{key} = {value!r}\n" for key, value in table.items())
    (tmp_path / "test.toml").write_text(text)
    done = subprocess.run([RULEC, tmp_path / "out.c", tmp_path / "test.toml"], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def test_a_right_one_is_compiled(tmp_path):
    assert compiled(tmp_path, GOOD) == (0, "")


@pytest.mark.parametrize("change, says", [
    ({"request": "GET http://api.example.com/v1/me"}, "https://"),
    ({"request": "DELETE https://api.example.com/v1/me"}, "GET https://"),
    ({"request": "GET https://api.example.com:8443/v1/me"}, "a host is a name"),
    ({"request": "GET https://user@api.example.com/"}, "a host is a name"),
    ({"request": "GET https://10.0.0.1/me"}, "a host is a name"),
    ({"request": "GET https://localhost/me"}, "a host is a name"),
    ({"request": "GET https://{token}.example.com/me"}, "a host is a name"),
    ({"request": "GET https://api.example.com"}, "a host is a name"),
    ({"request": "GET https://api.example.com/a b"}, "only characters that a URL has"),
    ({"request": "GET https://api.example.com/{tokn}"}, "only {token} and {with}"),
    ({"headers": ["Authorization: Bearer"]}, "the token goes into one place"),
    ({"headers": ["Authorization: Bearer {token}", "X-Key: {token}"]}, "the token goes into one place"),
    ({"headers": ["Authorization Bearer {token}"]}, "a header is"),
    ({"headers": ["A: {token}", *(f"A{i}: b" for i in range(9))]}, "too many headers"),
    ({"headers": ["Authorization: {with} {token}"]}, "go together"),
    ({"with": "test-id"}, "go together"),
    ({"with": "no-id", "headers": ["A: {with}:{token}"]}, "this file has no rule"),
    ({"with_text": "AC{hex:32}"}, "go together"),
    ({"with_text": "AC{alnum:32}"}, "letters and {hex:N}"),
    ({"with_text": "AC{hex:4}"}, "8 to 64 digits"),
    ({"with_begins": "AK"}, "go together"),
    ({"sign": "us-east-1", "with": "test-id", "headers": ["A: b"]}, "REGION SERVICE"),
    ({"body": "{}"}, "only a POST has a body"),
    ({"live": ["200"]}, "name a field"),
    ({"live": ["200=x"]}, "an answer is"),
    ({"live": ["20 id"]}, "an answer is"),
    ({"not_live": ["500"]}, "an answer is"),
    ({"not_live": []}, "wrong type"),
    ({"not_live": None}, "missing"),
    ({"source": None}, "missing"),
    ({"rules": ["github-pat"]}, "this file has no rule"),
    ({"lives": ["200 id"]}, "unknown key"),
    ({"live": "200 id"}, "wrong type"),
])  # fmt: skip
def test_what_is_not_plainly_right_stops_the_build(tmp_path, change, says):
    table = {key: value for key, value in (GOOD | change).items() if value is not None}
    rc, said = compiled(tmp_path, table)
    assert rc == 2 and "[[verify]]" in said and says in said


def test_a_rule_is_asked_about_in_one_way(tmp_path):
    rc, said = compiled(tmp_path, GOOD, GOOD)
    assert rc == 2 and 'two [[verify]] for the rule "test-token"' in said


def test_the_other_half_of_a_rule_is_a_rule(tmp_path):
    file = tmp_path / "test.toml"
    file.write_text(RULE.replace("[[rule]]\n", '[[rule]]\nhalf = "no-such-rule"\n', 1), "utf-8")
    done = subprocess.run([RULEC, tmp_path / "out.c", file], stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 2 and 'half: no rule "no-such-rule"' in done.stderr


def built_in():
    for path in rule_examples.RULES.glob("*.toml"):
        yield from tomllib.loads(path.read_text("utf-8")).get("verify", [])


def test_each_is_played_by_the_double():
    of_two_parts = {"aws-secret-access-key", "twilio-auth-token"}  # they have tests of their own
    assert [table for table in built_in() if not set(table["rules"]) & (ASKED.keys() | of_two_parts)] == []


def test_many_providers_can_be_asked_and_none_is_a_package_registry():
    tables = list(built_in())
    hosts = {re.match(r"\w+ https://([^/]+)/", table["request"])[1] for table in tables}
    assert len(tables) >= 50 and len(hosts) >= 50
    assert not any(re.search(r"(^|\.)(npmjs|pypi|rubygems|crates)\.", host) for host in hosts)
