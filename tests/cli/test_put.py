"""keylift put: one value, from a pipe or a terminal, never shown, never on the command line."""

import pytest

import support
import support_terminal
from support import made_password


@pytest.fixture
def shop(project):
    project.write("app.py", "x = 1\n")
    return project.git_init()


def test_a_value_from_a_pipe_is_stored_and_kept_out_of_git(keylift, shop):
    value = made_password()
    done = keylift("put", "--yes", "API_KEY", cwd=shop, input=value + "\n")
    assert done.returncode == 0, done.stderr
    assert "API_KEY stored, read back and equal" in done.stdout
    assert value not in done.stdout + done.stderr
    assert shop.read(".env") == f"API_KEY={value}\n" and shop.read(".gitignore") == "/.env\n"
    assert (shop / ".env").stat().st_mode & 0o777 == 0o600


def test_the_same_value_again_writes_nothing(keylift, shop):
    value = made_password()
    keylift("put", "--yes", "API_KEY", cwd=shop, input=value)
    before = shop.files()
    done = keylift("put", "API_KEY", cwd=shop, input=value)
    assert done.returncode == 0 and "already" in done.stdout and shop.files() == before


def test_a_new_value_takes_the_place_of_the_old_one(keylift, shop):
    old, new = made_password(), made_password()
    shop.write(".env", f"# ours\nAPI_KEY={old}\nOTHER=1\n")
    done = keylift("put", "--yes", "API_KEY", cwd=shop, input=new)
    assert done.returncode == 0 and "which is lost" in done.stdout
    assert shop.read(".env") == f"# ours\nAPI_KEY={new}\nOTHER=1\n"
    assert old not in done.stdout and new not in done.stdout


@pytest.mark.parametrize(
    "value, part",
    [(b"", "empty"), (b"\n", "empty"), (b"\xff\xfe", "base64"), (b"a\0b", "base64")],
)
def test_what_cannot_be_stored_is_refused(keylift, shop, value, part):
    before = shop.files()
    done = keylift("put", "--yes", "API_KEY", cwd=shop, input=value)
    assert done.returncode == 2 and part in done.stderr and "API_KEY" in done.stderr
    assert shop.files() == before


def test_a_pem_keeps_its_lines(keylift, shop):
    value = "-----BEGIN X-----\n" + made_password() + "\n-----END X-----\n"
    assert keylift("put", "--yes", "CERT", cwd=shop, input=value).returncode == 0
    read = shop.python("-c", "import dotenv; print(dotenv.dotenv_values('.env')['CERT'], end='')")
    assert read.stdout == value.removesuffix("\n")


def test_without_a_terminal_yes_is_needed(keylift, shop):
    done = keylift("put", "API_KEY", cwd=shop, input="value-1")
    assert done.returncode == 2 and "--yes" in done.stderr and not (shop / ".env").exists()


def test_environ_says_where_to_set_it(keylift, shop):
    done = keylift("put", "--yes", "--to", "environ", "API_KEY_X", cwd=shop, input="value-1")
    assert done.returncode == 2 and "API_KEY_X" in done.stderr and "value-1" not in done.stderr


def typed(keylift, shop, answers):
    """Runs put on a terminal of its own and types an answer at each question; (status, what was seen)."""

    def answer(shown):
        if answers and shown.endswith((b": ", b"] ")):  # a prompt as it stands, and no line end after it
            return answers.pop(0) + "\n"

    env = support.clean_env(keylift.home, NO_COLOR="1")
    status, _, seen = support_terminal.run([keylift.binary, "put", "API_KEY"], shop, env, answer)
    return status, seen


def test_a_value_that_is_typed_is_not_shown(keylift, shop):
    value = made_password()
    status, seen = typed(keylift, shop, [value, value, "y"])
    assert status == 0, seen
    assert value not in seen and "API_KEY stored" in seen
    assert shop.read(".env") == f"API_KEY={value}\n"


def test_a_value_that_is_mistyped_is_not_stored(keylift, shop):
    status, seen = typed(keylift, shop, [made_password(), made_password()])
    assert status == 2 and "differ" in seen and not (shop / ".env").exists()


def test_no_is_no(keylift, shop):
    value = made_password()
    status, seen = typed(keylift, shop, [value, value, "n"])
    assert status == 2 and "nothing was written" in seen and not (shop / ".env").exists()
