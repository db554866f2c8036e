"""What a scan must find although its place or its spelling is unusual, through the whole program."""

import json
import random

import pytest

import support


def scan(keylift, project, *more):
    done = keylift("scan", "--no-config", "--format", "json", *more, ".", cwd=project)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["findings"]


PLACES = {
    "a chain whose first name says nothing": "a = password = {v}\n",
    "a chain whose last name says nothing": "password = a = {v}\n",
    "a chain with an attribute": "a = self.db_password = {v}\n",
    "a chain with a key": "a = b = conf['password'] = {v}\n",
    "a list of passwords": "passwords = ['', {v}]\n",
    "a tuple of tokens": "ACCESS_TOKENS = (\n    {v},\n)\n",
    "a set of keys": "api_keys = {{{v}}}\n",
    "a fallback under a name that tells nothing": "password = os.getenv('SETTING', {v})\n",
    "a login pair": "requests.get(url, auth=('me', {v}))\n",
    "an argument of paramiko": "ssh = paramiko.SSHClient()\nssh.connect('shop.io', 22, 'me', {v})\n",
    "a template": "api_key = {v} '%s' % suffix\n",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_random_value_is_found_in(keylift, project, place):
    project.write("app.py", PLACES[place].format(v=repr(support.made(length=24, seed=3))))
    [finding] = scan(keylift, project)
    assert finding["severity"] == "high"


def made_random(count):
    return [support.made(length=36, seed=20 + i) for i in range(count)]


def test_a_random_value_without_a_name_that_tells_is_low_and_says_why(keylift, project):
    [value] = made_random(1)
    project.write("app.py", f"entry = {value!r}\nsend('first', [{value!r}])\npublic_key = {value!r}\n")
    assert [(f["line"], f["rule"], f["severity"]) for f in scan(keylift, project)] == [
        (1, "generic-random", "low"),
        (2, "generic-random", "low"),
    ]
    shown = keylift("scan", "-v", "--no-config", ".", cwd=project)
    assert shown.returncode == 0
    assert "why: no name that tells, a random value: 0.30" in shown.stdout


def test_many_random_values_without_a_name_are_data(keylift, project):
    project.write("table.py", f"ROWS = {made_random(9)!r}\n")
    assert scan(keylift, project) == []


def test_a_list_of_words_by_the_name_of_passwords_is_none(keylift, project):
    project.write("app.py", "PASSWORDS = ['dragon', 'letmein1', 'summer99', 'qwerty123']\ntokens = ['word', 'NAME_1']\n")
    assert scan(keylift, project) == []


@pytest.mark.parametrize("prefix", ["b", ""])
def test_bytes_of_a_random_generator_are_found(keylift, project, prefix):
    value = "".join(f"\\x{b:02x}" for b in random.Random(11).randbytes(24))
    project.write("app.py", f"app.secret_key = {prefix}'{value}'\n")
    [finding] = scan(keylift, project)
    assert finding["severity"] == "high"


def test_a_password_may_have_letters_of_any_language_and_a_translation_is_none(keylift, project):
    project.write("app.py", "password = 'Gr\u00fc\u00dfe-74kx!Qp2'\n")
    [finding] = scan(keylift, project)
    project.write("app.py", "password = 'Contrase\u00f1a'\npassword2 = '\u30d1\u30b9\u30ef\u30fc\u30c91'\n")
    assert scan(keylift, project) == []


def test_a_url_whose_host_is_put_in_at_run_time_is_found(keylift, project):
    password = support.made_password(seed=5)
    project.write("app.py", "url = f'postgresql://app:" + password + "@{host}/db'\nu = 'https://app:" + password + "@' + host\n")
    assert [f["line"] for f in scan(keylift, project)] == [1, 2]


def test_the_end_of_a_file_with_very_many_tokens_is_reached(keylift, project):
    value = support.made_password(seed=5)
    project.write("big.py", b"x;" * 3_000_000 + f"\npassword = '{value}'\n".encode())
    done = keylift("scan", "--no-config", "--format", "json", "big.py", cwd=project)
    report = json.loads(done.stdout)
    assert done.returncode == 2 and [f["line"] for f in report["findings"]] == [2]
    [error] = report["errors"]
    assert error["path"] == "big.py" and "longer than 2 MB" in error["message"]
