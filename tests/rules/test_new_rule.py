"""scripts/new-rule begins a rule that the build refuses until it is written, and takes once it is;
and what `keylift rules list --format json` says of all rules."""

import json
import subprocess
import sys
import tomllib

import support


def new_rule(folder, *args):
    command = [sys.executable, support.ROOT / "scripts" / "new-rule", "--folder", folder, *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_begun_rule_is_refused_until_it_is_written(keylift, project):
    assert new_rule(project.path, "Example Inc.", "example-token").returncode == 0
    begun = project.read("exampleinc.toml")
    (rule,) = tomllib.loads(begun)["rule"]
    assert rule["description"] == "Example Inc. example token"
    assert len(rule["find"]) == len(rule["skip"]) == 3
    assert keylift("rules", "test", "exampleinc.toml", cwd=project).returncode == 2
    project.write("exampleinc.toml", begun.replace("PREFIX_", "exm_"))
    done = keylift("rules", "test", "exampleinc.toml", cwd=project)
    assert done.returncode == 0 and "example-token: 6 examples" in done.stdout, done.stderr


def test_a_second_rule_is_added_and_a_taken_id_refused(project):
    assert new_rule(project.path, "Example", "example-token").returncode == 0
    assert new_rule(project.path, "Example", "example-key", "--description", "Example's key").returncode == 0
    assert [r["id"] for r in tomllib.loads(project.read("example.toml"))["rule"]] == ["example-token", "example-key"]
    before = project.files()
    for args in (["Other", "example-key"], ["Example", "Bad_Id"], ["", "x"], ['E"x', "x"]):
        assert new_rule(project.path, *args).returncode == 1
    assert project.files() == before


def test_the_list_has_all_of_each_rule_for_a_machine(keylift, project):
    listed = json.loads(keylift("rules", "list", "--format", "json", cwd=project).stdout)
    written = {}
    for path in sorted((support.ROOT / "rules").glob("*.toml")):
        file = tomllib.loads(path.read_text("utf-8"))
        for rule in file["rule"]:
            written[rule["id"]] = {**{k: v for k, v in file.items() if k != "rule"}, **rule}
    assert {rule["id"] for rule in listed["rules"]} == set(written)
    for rule in listed["rules"]:
        source = written[rule["id"]]
        for key in ("provider", "description", "severity", "pattern", "revoke", "source"):
            assert rule[key] == source[key], rule["id"]
        assert rule["keywords"] == source.get("keywords", []) and rule["name_words"] == source.get("name_words", [])
    assert "generic-password" in listed["generic"]
    assert keylift("rules", "list", "--format", "sarif", cwd=project).returncode == 2
