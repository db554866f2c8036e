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


def one_place(keylift, project, *rules):
    """The findings at one token that several rules match: (id, severity, confidence) each."""
    text = "\n".join(RULE.format(pattern="acme_[0-9]{8,}").replace("acme-key", name).replace('"high"', f'"{severity}"')
                     + f"confidence = {confidence}\n" for name, severity, confidence in rules)
    project.write("rules.toml", text)
    token = support.made("acme" + "_", 8, "0123456789")
    project.write("src/a.py", f'x = "{token}"\n')
    project.write("src/a.txt", f"{token}\n")

    def found(*args):
        _, report = scan(keylift, project, "--rules-file", "rules.toml", *args, "src")
        return [f["rule"] for f in report["findings"]]
    return found


def test_of_likely_rules_at_one_place_the_most_severe_is_reported(keylift, project):
    found = one_place(keylift, project, ("sure", "low", 0.95), ("severe", "high", 0.8), ("middling", "medium", 0.9))
    assert found() == ["severe", "severe"]


def test_a_rule_that_is_unlikely_hides_no_likely_one(keylift, project):
    """As where a checksum is wrong."""
    found = one_place(keylift, project, ("unlikely", "high", 0.54), ("likely", "medium", 0.8))
    assert found() == ["likely", "likely"]


def test_what_is_left_out_by_its_confidence_hides_nothing(keylift, project):
    found = one_place(keylift, project, ("severe", "high", 0.8), ("surer", "low", 0.95))
    assert found("--min-confidence", "0.9") == ["surer", "surer"] and found() == ["severe", "severe"]


WRONG = [
    ("severity = \"high\"", "severity = \"grave\"", "line 6: rule acme-key: a severity is low, medium or high"),
    ("source = \"wiki\"", "sauce = \"wiki\"", 'line 10: rule acme-key: unknown key "sauce"; did you mean "source"?'),
    ("source = \"wiki\"\n", "", 'line 2: rule acme-key: missing: "source"'),
    ("acme_[0-9]+", "acme_([0-9]+", "line 2: rule acme-key: the pattern is wrong at offset 12"),
]


def test_what_is_wrong_with_a_rule_is_told_with_its_line(keylift, project):
    project.write("src/a.txt", "nothing\n")
    for old, new, said in WRONG:
        project.write("rules.toml", RULE.format(pattern="acme_[0-9]+").replace(old, new))
        done, _ = scan(keylift, project, "--rules-file", "rules.toml", "src")
        assert done.returncode == 2 and f"keylift: rules.toml: {said}" in done.stderr, done.stderr
