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
    assert error["path"] == "big.py" and "too long to be looked at as a whole" in error["message"]


def test_a_word_with_a_number_in_a_template_is_a_password(keylift, project):
    project.write("app.py", "password = f'marble{}77{{tail}}'\nadmin_password = 'sunset{}6%s' % tail\n".format(4, 5))
    assert [(f["line"], f["rule"]) for f in scan(keylift, project)] == [(1, "generic-password"), (2, "generic-password")]


def test_a_value_under_many_names_is_a_word_of_the_program(keylift, project):
    word = "marble" + str(4) + "77"
    project.write("app.py", f"make(login={word!r}, nick={word!r}, title={word!r}, password={word!r})\n")
    project.write("few.py", f"make(login={word!r}, nick={word!r}, nick={word!r}, secret={word!r}, password={word!r})\n")
    many, *few = sorted(scan(keylift, project), key=lambda f: f["path"])
    assert (many["path"], many["confidence"]) == ("app.py", 0.4)
    assert [f["confidence"] for f in few if f["rule"] == "generic-password"] == [0.8]
    assert "; the same value under other names: × 0.50" in keylift("scan", "-v", "--no-config", ".", cwd=project).stdout


def test_the_halves_of_a_credential_name_each_other(keylift, project):
    ident, secret = support.made_aws_id(seed=3), support.made(length=40, seed=4)
    project.write("app.py", f"a = {ident!r}\n{'# and so on' * 9}\naws_secret = {secret!r}\nb = {support.made_aws_id(seed=5)!r}\n")
    project.write("alone.py", f"aws_secret = {secret!r}\n")
    alone, first, half, far = sorted(scan(keylift, project), key=lambda f: (f["path"], f["line"]))
    assert "half" not in alone and "half" not in first
    assert (half["line"], half["half"], half["half_line"]) == (3, "AWS access key id", 4)
    assert (far["line"], far["half"], far["half_line"]) == (4, "AWS secret access key", 3)
    shown = keylift("scan", "--no-config", ".", cwd=project).stdout
    assert "goes with the AWS access key id of line 4" in shown and "goes with the AWS secret access key of line 3" in shown


def test_a_rule_that_goes_by_the_name_sees_each_target_and_the_fixed_part_of_a_template(keylift, project):
    key = support.made(length=32, alphabet="0123456789abcdef", seed=6)
    project.write("app.py", f"a = dd_api = {key!r}\nb.dd_api = c = {key!r}\ndd_api = '{key}%s' % tail\n")
    assert [(f["line"], f["rule"]) for f in scan(keylift, project)] == [(n, "datadog-api-key") for n in (1, 2, 3)]
