"""Names and values in files that are no Python, where a line says more, or less, than one pair."""

import json

import pytest

import support

# One % stands for the password. What is around it is read as the format's documentation has it.
FILES = {
    "JSON in one line": ("a.json", '{"a": 1, "b": [true, {"auth": {"user": "x", "password": "%"}}], "c": "d"}'),
    "JSON with escapes": ("a.json", '{"note": "say \\"hi\\": \\\\", "db_password":"%"}'),
    "JSON, a list of variables": ("a.json", '{"environment": [{"name": "DB_PASSWORD", "value": "%"}]}'),
    "JSON, key and value": ("a.json", '[{"key": "db_password", "value": "%", "enabled": true}]'),
    "TOML": ("a.toml", '[db]\nauth.password = "%" # mine\n'),
    "TOML, a table in a line": ("a.toml", 'db = { user = "x", password = "%", port = 5 }\n'),
    "TOML, a table in a table": ("a.toml", "db = { user = 'x, {', auth = { password = '%' } }\n"),
    "TOML, three quotes": ("a.toml", 'password = """\n%"""\n'),
    "TOML, three single quotes": ("a.toml", "password = '''%'''\n"),
    "YAML": ("a.yaml", "db:\n  password: %\n"),
    "YAML, a block": ("a.yaml", "db:\n  password: |\n    %\n  user: x\n"),
    "YAML, a folded block": ("a.yml", "password: >-\n  %\n"),
    "YAML, a map in a line": ("a.yaml", "db: {user: x, password: %, port: 5}\n"),
    "YAML, a quoted value in it": ("a.yaml", "db: {user: x, auth: {password: '%'}}\n"),
    "YAML, an anchor's map": ("a.yaml", "base: &base\n  password: %\nother:\n  <<: *base\n"),
    "Kubernetes": ("a.yaml", "env:\n  - name: A\n    value: b\n  - name: DB_PASSWORD\n    value: %\n"),
    "Kubernetes, quoted": ("a.yaml", 'env:\n- name: "DB_PASSWORD"\n  value: "%"\n'),
    "compose": ("compose.yaml", "environment:\n  - USER=x\n  - DB_PASSWORD=%\n"),
    "ini": ("a.ini", "[db]\npassword : %\n"),
    "properties": ("a.properties", "spring.datasource.password: %\n"),
    "netrc": (".netrc", "machine example.org login me password %\n"),
    "netrc over lines": (".netrc", "machine example.org\n  login me\n  password\n    %\n"),
    "Dockerfile": ("Dockerfile", "FROM x\nENV DB_PASSWORD %\n"),
    "Dockerfile, several": ("Dockerfile", 'FROM x\nENV USER=x HOME="/a b" DB_PASSWORD=%\n'),
    "Dockerfile over lines": ("Dockerfile", "FROM x\nENV USER=x \\\n    DB_PASSWORD=% \\\n    A=b\n"),
    "Dockerfile, an argument": ("Dockerfile", "FROM x\nARG DB_PASSWORD=%\n"),
    "shell, several": ("a.sh", "export USER=x DB_PASSWORD=%\n"),
    "dotenv": (".env", "export DB_PASSWORD='%'\n"),
}


def findings(keylift, project):
    done = keylift("scan", "--format", "json", "--min-confidence", "0", ".", cwd=project)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["findings"]


@pytest.mark.parametrize("case", FILES)
def test_a_password_is_found_where_the_format_has_it(keylift, project, case):
    name, text = FILES[case]
    value = support.made_password()
    written = text.replace("%", value)
    project.write(name, written)
    (found,) = findings(keylift, project)
    assert "password" in found["name"].lower() and found["rule"] == "generic-password"
    place = written.encode()[found["start_byte"] : found["end_byte"]].decode()
    assert value in place and len(place) <= len(value) + 7


NONE = {
    "another object's value": ("a.json", '[{"name": "password"}, {"value": "%"}]'),
    "not next to it": ("a.json", '{"name": "password", "type": "text", "value": "%"}'),
    "a block of another name": ("a.yaml", "password: |\nuser: %\n"),
    "a brace in quotes": ("a.toml", 'text = "{ password = %, }"\n'),
}


@pytest.mark.parametrize("case", NONE)
def test_what_only_looks_like_a_pair_is_none(keylift, project, case):
    name, text = NONE[case]
    project.write(name, text.replace("%", support.made_password()))
    assert findings(keylift, project) == []
