"""Tokens in base64, hexadecimal and percent signs; Secrets of Kubernetes; lock files and minified code."""

import base64
import gzip
import json
import zlib
from urllib.parse import quote

import pytest

import support


def b64(text, times=1):
    for _ in range(times):
        text = base64.b64encode(text.encode()).decode()
    return text


def findings(keylift, project, *args):
    done = keylift("scan", "--format", "json", *args, ".", cwd=project)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["findings"]


WAYS = {
    "base64": b64,
    "base64 twice": lambda token: b64(token, 2),
    "base64url": lambda token: base64.urlsafe_b64encode(b"\x3e\x3e?" + token.encode()).decode().rstrip("="),
    "hexadecimal": lambda token: token.encode().hex(),
    "0x": lambda token: "0x" + token.encode().hex().upper(),
    "percent": lambda token: "".join(f"%{byte:02X}" for byte in token.encode()),
    "percent, a URL": lambda token: quote(f"https://shop.example/?key={token}&x=1", safe=""),
    "gzip in base64": lambda token: base64.b64encode(gzip.compress(token.encode())).decode(),
    "gzip in base64 in base64, as Helm has it": lambda token: b64(WAYS["gzip in base64"](token)),
    "JSON in gzip in base64": lambda token: WAYS["gzip in base64"](json.dumps({"a": "ä" * 99, "key": token})),
    "zlib in base64": lambda token: base64.b64encode(zlib.compress(token.encode(), 9)).decode(),
    "zlib in base64url": lambda token: base64.urlsafe_b64encode(zlib.compress(token.encode(), 1)).decode().rstrip("="),
    "base64 in JSON in base64": lambda token: b64(json.dumps({"auth": b64(token)})),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_token_is_found_in_its_encoding(keylift, project, way):
    token = support.made_stripe_key()
    written = WAYS[way](token)
    project.write("a.py", f'x = "{written}"\n')
    (found,) = findings(keylift, project)
    assert found["rule"] == "stripe-live-key" and (found["start_byte"], found["end_byte"]) == (4, 6 + len(written))
    assert "(in " in found["message"] and not found["fixable"] and found["reason"].startswith("encoded")
    out = keylift("scan", "-v", ".", cwd=project).stdout
    assert token[8:] not in out and written not in out


def test_what_unpacks_to_much_or_to_no_text_is_not_followed(keylift, project):
    token = support.made_stripe_key().encode()
    packed = {
        "bomb": gzip.compress(b" " * (1 << 20) + token),
        "binary": gzip.compress(b"\0\xff" + token),
        "damaged": zlib.compress(token)[:-1] + b"\0",
        "cut off": gzip.compress(token * 9)[:-9],
    }
    project.write("a.py", "".join(f"x = '{base64.b64encode(data).decode()}'\n" for data in packed.values()))
    assert findings(keylift, project, "--rules", "stripe-live-key") == []
    data = gzip.compress(b" " * ((1 << 20) - 99) + token)
    project.write("a.py", f"x = '{base64.b64encode(data).decode()}'\n")
    (found,) = findings(keylift, project)
    assert "in gzip in base64" in found["message"]


def test_three_levels_are_not_followed(keylift, project):
    project.write("a.py", f'x = "{b64(support.made_stripe_key(), 3)}"\n')
    assert findings(keylift, project) == []


def test_the_literal_is_left_as_it_is(keylift, project):
    project.write("a.py", f'import base64\n\nKEY = base64.b64decode("{b64(support.made_stripe_key())}")\n')
    before = project.read("a.py")
    done = keylift("migrate", "--to", "dotenv", "--yes", ".", cwd=project)
    assert done.returncode == 1 and "encoded" in done.stdout
    assert project.read("a.py") == before and not (project / ".env").exists()


@pytest.mark.parametrize("name", ["config.json", "notes.txt", "values.yaml", "run.sh", "page.html"])
def test_other_text_has_encoded_tokens_too(keylift, project, name):
    written = b64(support.made_stripe_key())
    project.write(name, f'{{"some": "text",\n "data": "{written}"}}\n')
    (found,) = findings(keylift, project)
    quotes = 1 if name.endswith((".json", ".yaml")) else 0  # which have pairs of a name and a value
    assert found["rule"] == "stripe-live-key" and found["line"] == 2 and found["column"] == 11 - quotes
    assert found["end_byte"] - found["start_byte"] == len(written) + 2 * quotes


def test_what_a_rule_knows_as_it_is_stays_what_it_is(keylift, project):
    header, claims = (b64(json.dumps(part)).rstrip("=") for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": "1" * 40}))
    project.write("a.txt", f"{header}.{claims}.{support.made(length=43)}\n")
    (found,) = findings(keylift, project)
    assert found["rule"] == "jwt" and "(in " not in found["message"]


def test_most_strings_are_no_encoding(keylift, project):
    project.write("a.py", "".join(f'x = "{value}"\n' for value in (
        "some_function_name_that_is_long_enough", support.made(length=64, alphabet="0123456789abcdef"),
        b64("just some text that is no secret at all"), "%Y-%m-%d %H:%M:%S %d%% of %(name)s", "/usr/lib/python3/dist-packages",
        b64("a" * 70000))))  # fmt: skip
    assert findings(keylift, project) == []


SECRET = """apiVersion: v1
kind: ConfigMap
data:
  password: {other}
---
apiVersion: v1
metadata:
  name: shop
kind: Secret
data:
  db-password: {password}
  user: {user}
type: Opaque
"""


def test_the_values_of_a_secret_of_kubernetes_are_decoded(keylift, project):
    password = support.made_password(10)
    project.write("deploy/shop.yaml", SECRET.format(password=b64(password), user=b64("shop"), other=b64(support.made_password(10))))
    (found,) = findings(keylift, project)
    assert (found["rule"], found["line"], found["name"]) == ("generic-password", 11, "db-password")
    assert "in base64" in found["message"] and found["end_byte"] - found["start_byte"] == len(b64(password))


def test_lock_files_and_minified_code_are_searched_for_tokens_alone_and_counted(keylift, project):
    token = support.made_stripe_key()
    project.write("package-lock.json", json.dumps({"api_token": support.made(length=40), "key": token}))
    project.write("app.min.js", f'let k="{token}"\n')
    project.write("app.js", "let a=1;" * 2000)
    project.write("poetry.lock", "x\n")
    done = keylift("scan", "--format", "json", ".", cwd=project)
    report = json.loads(done.stdout)
    assert {(f["path"], f["rule"]) for f in report["findings"]} == {
        ("package-lock.json", "stripe-live-key"), ("app.min.js", "stripe-live-key")}  # fmt: skip
    assert report["stats"]["tokens_only"] == {"lock": 2, "minified": 2}
    assert "Scanned 4 files" in (out := keylift("scan", ".", cwd=project).stdout)
    assert "4 of them for tokens of providers alone (2 lock, 2 minified)" in out


def test_the_slow_way_finds_the_same(keylift, project):
    for i, way in enumerate(WAYS.values()):
        project.write(f"a{i}.py", f'x = "{way(support.made_stripe_key(seed=i))}"\n')
        project.write(f"b{i}.yaml", SECRET.format(password=b64("a" * 9), user=way(support.made_stripe_key()), other="x"))
    assert findings(keylift, project) == findings(keylift, project, "--exhaustive")
