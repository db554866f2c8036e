"""Rules of the user's own (--rules-file): what is wrong with them, and what they find."""

import json

import support

RULE = """
[[rule]]
id = "acme-key"
provider = "Acme"
description = "Acme key"
severity = "high"
keywords = ['acme_']
pattern = '{pattern}'
revoke = "ask"
source = "wiki"
find = ['acme_{{digit:8}}', 'acme_{{digit:9}}', 'key acme_{{digit:8}}']
skip = ['acme_1', 'acme_x', 'acme-{{digit:8}}']
"""


def scan(keylift, project, *args):
    done = keylift("scan", "--format", "json", *args, cwd=project)
    return done, json.loads(done.stdout) if done.stdout.strip() else None


def test_a_rule_that_takes_too_many_steps_is_told_with_its_file(keylift, project):
    # Below every limit of PCRE2, which count from one place: each place eats to the end.
    project.write("rules.toml", RULE.format(pattern="acme_(?=[^0-9]*[0-9])[0-9]{8}"))
    token = support.made("acme" + "_", 8, "0123456789")
    project.write("src/hard.txt", "acme_" * 50_000 + "\n")
    project.write("src/other.txt", f"{token}\n")
    done, report = scan(keylift, project, "--rules-file", "rules.toml", "src")
    assert done.returncode == 2
    [error] = report["errors"]
    assert error["path"].endswith("src/hard.txt") and "rule acme-key" in error["message"], error
    assert "too many steps" in error["message"]
    assert [f["path"].endswith("src/other.txt") for f in report["findings"]] == [True]
