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
    "YAML, a quote in single quotes": ("a.yaml", "password: 'it''s%'\n"),
    "YAML, double quotes over lines": ("a.yaml", 'password: "\n  %\n  "\nuser: x\n'),
    "YAML, single quotes over lines": ("a.yaml", "- password: '%\n\n   '\n  user: x\n"),
    "YAML, a quoted key": ("a.yaml", '"password":\r\n "\\\r\n %"\r\nuser: x\r\n'),
    "YAML, over lines in a map": ("a.yaml", "db: {user: x, password: '\n%', port: 5}\n"),
    "YAML, over lines in a list": ("a.yaml", "db_passwords:\n- first\n- \"\n  %\"\n- last\n"),
    "YAML, below its key and over lines": ("a.yaml", "password:\n  '\n   %' # here\nuser: x\n"),
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
    "dotenv over lines": (".env", 'A=1\nDB_PASSWORD="%\n# and more"\nB=2\n'),
    "dotenv, single quotes over lines": (".env", "DB_PASSWORD='\n%\n'\n"),
    "dotenv, an escaped quote": (".env", "DB_PASSWORD='it\\'s%'\n"),
    "YAML, a map in braces over lines": ("a.yaml", "db: {\n  user: x, # it's, {me}\n  password: %,\n}\n"),
    "YAML, a map that ends later": ("a.yaml", "- {user: x,\n   password: %}\n- b: c\n"),
    "YAML, below its key": ("a.yaml", "db:\n  password:\n    %\n  user: x\n"),
    "YAML, below its key, quoted": ("a.yaml", "password: # mine\n  '%' # here\n"),
    "YAML, a list": ("a.yaml", "db_passwords:\n- first\n- %\nuser: x\n"),
    "TOML, an array": ("a.toml", 'db_passwords = ["a", "%"]\n'),
    "TOML, an array over lines": ("a.toml", "db_passwords = [\n  'first', # ]\n  [ '%' ],\n]\n"),
    "TOML, an array of tables": ("a.toml", '[[user]]\npassword = "%"\n'),
    "TOML, tables in an array": ("a.toml", 'users = [\n  { name = "x", password = "%" },\n]\n'),
    "properties over lines": ("a.properties", "db.password=%\\\n    abc\nuser=x\n"),
    "properties below": ("a.properties", "db.password=\\\r\n    %\r\nuser=x\r\n"),
    "ini, below its key": ("a.ini", "[db]\npassword =\n    %\nuser = x\n"),
    "cfg, a list below its key": ("a.cfg", "[db]\npasswords:\n\tfirst\n\t%\nuser = x\n"),
    "Dockerfile, a here-document that runs": ("Dockerfile", "FROM x\nRUN <<EOF\nexport DB_PASSWORD=%\nEOF\n"),
    "Dockerfile, a file of YAML": ("Dockerfile", "FROM x\nCOPY <<EOF /app/config.yaml\ndb:\n  password: %\nEOF\n"),
    "Dockerfile, a file of JSON": ("Dockerfile", 'FROM x\nCOPY <<-"END" /a.json\n{"password": "%"}\n\tEND\nUSER y\n'),
    "Dockerfile, .netrc": ("Dockerfile", "FROM x\nADD <<EOF /root/.netrc\nmachine a login b password %\nEOF\n"),
    "shell, a file of YAML": ("a.sh", "cat > app.yaml <<'EOF'\npassword: %\nEOF\n"),
    "shell, tee": ("a.sh", "sudo tee '/etc/x.ini' <<EOF >/dev/null\npassword: %\nEOF\n"),
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
    assert value in place and len(place) <= len(value) + 16


SPLIT = {
    "double quotes": ('db:\n  password: "%\\\n     %" # mine\n', 'db:\n  password: '),
    "with blanks behind the backslash's line": ('password: "%\\\n\t%"', "password: "),
    "Windows' line ends": ('a: b\r\npassword: "%\\\r\n  %"\r\n', "a: b\r\npassword: "),
    "below its key": ('password:\n  "%\\\n  %"\n', "password:\n  "),
    "in a map": ('db: {user: x, password: "%\\\n  %"}\n', "db: {user: x, password: "),
    "a list": ('passwords:\n- "%\\\n  %"\n- b\n', "passwords:\n- "),
    "a variable of Kubernetes": ('- name: PASSWORD\n  value: "%\\\n    %"\n', "- name: PASSWORD\n  value: "),
}


@pytest.mark.parametrize("case", SPLIT)
def test_halves_of_a_value_of_yaml_are_put_together(keylift, project, case):
    """By a token: neither of its halves is one."""
    text, before = SPLIT[case]
    token = support.made_stripe_key()
    project.write("a.yaml", text.replace("%", token[:14], 1).replace("%", token[14:]))
    (found,) = findings(keylift, project)
    assert found["rule"].startswith("stripe-")
    lines = before.split("\n")
    assert (found["line"], found["column"]) == (len(lines), len(lines[-1]) + 1)
    assert found["end_line"] == len(lines) + 1


NONE = {
    "YAML, quotes that a line of another key ends": ("a.yaml", "password: '\nuser: '%'\n"),
    "YAML, words over lines": ("a.yaml", 'password: "say\n  the word"\n'),
    "another object's value": ("a.json", '[{"name": "password"}, {"value": "%"}]'),
    "not next to it": ("a.json", '{"name": "password", "type": "text", "value": "%"}'),
    "a block of another name": ("a.yaml", "password: |\nuser: %\n"),
    "a brace in quotes": ("a.toml", 'text = "{ password = %, }"\n'),
    "a list of words": ("a.yaml", "passwords:\n  - hunter\n  - tiger2\nsecrets:\n  - db-password\n  - api_token_v2\n"),
    "an array of words": ("a.toml", 'secrets = ["db-password", "api_token_2"]\n'),
    "names in tables of an array": ("a.toml", 'secrets = [{ name = "%" }]\n'),
    "a map below its key": ("a.yaml", "password:\n  % : x\n  secretKeyRef: %\n"),
    "more text below its key": ("a.yaml", "password:\n  %\n  and more of it\n"),
    "another key's value": ("a.yaml", "password:\n%\n"),
    "a section below an empty key": ("a.ini", "password =\n[%]\nuser = x\n"),
    "YAML behind its here-document": ("a.sh", "cat > app.yaml <<EOF\na: b\nEOF\npassword: %\n"),
    "a string of the shell": ("a.sh", 'cat app.yaml <<< EOF\npassword: %\nEOF\n'),
}


@pytest.mark.parametrize("case", NONE)
def test_what_only_looks_like_a_pair_is_none(keylift, project, case):
    name, text = NONE[case]
    project.write(name, text.replace("%", support.made_password()))
    assert findings(keylift, project) == []


@pytest.mark.thorough
@pytest.mark.parametrize("name, line", [("a.yaml", "- {\n"), ("a.yaml", "- a: '\n   \n"), (".env", "A='\\\n"), ("a.sh", "a <<EOF\n")])
def test_what_is_never_closed_is_not_looked_for_again_and_again(keylift, project, name, line):
    """By the bound that every run has: each of a million lines may look ahead."""
    project.write(name, line * (1 << 20) + "password = tiger\n")
    findings(keylift, project)


@pytest.mark.thorough
def test_ever_deeper_lines_are_read_once(keylift, project):
    project.write("a.ini", "".join(" " * i + "a:\n" for i in range(4000)))
    assert findings(keylift, project) == []
