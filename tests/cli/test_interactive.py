"""--interactive: each literal is the user's to keep, to move or to name, on a real terminal."""

import pytest

import support
import support_terminal
from support import made, made_password

PROMPTS = (b"name: ", b"[y/N] ")


def typed(keylift, folder, words, answers, env={}):
    """Runs keylift on a terminal of its own and types an answer at each question; (status, what was seen)."""
    answers, asked = list(answers), [0]

    def answer(shown):
        if shown[asked[0] :].endswith(PROMPTS):
            asked[0] = len(shown)
            return (answers.pop(0) if answers else "") + "\n"

    env = support.clean_env(keylift.home, NO_COLOR="1", **env)
    status, _, seen = support_terminal.run([keylift.binary, *words], folder, env, answer)
    assert not answers, f"not asked for {answers}: {seen}"
    return status, seen.replace("\r\n", "\n")


@pytest.fixture
def values():
    return {"a.py": made("", 40), "b.py": made_password(), "c.py": made_password()}


@pytest.fixture
def shop(project, values):
    for name, value in values.items():
        project.write(name, f'{name[0].upper()}_PASSWORD = "{value}"\n')
    project.write("requirements.txt", "")
    return project.git_init().commit()


def moved(project, values):
    return [name for name, value in values.items() if value not in project.read(name)]


def migrate(keylift, shop, *answers, more=()):
    return typed(keylift, shop, ["migrate", "--interactive", *more, "."], answers)


def test_yes_no_and_another_name(keylift, shop, values):
    status, seen = migrate(keylift, shop, "y", "n", "OTHER_NAME", "y")
    assert status == 1 and moved(shop, values) == ["a.py", "c.py"], seen
    assert 'environ["OTHER_NAME"]' in shop.read("c.py") and "you said no" in seen
    assert "C_PASSWORD" not in shop.read(".env") and "OTHER_NAME=" in shop.read(".env")
    assert not any(value in seen for value in values.values())
    assert "1 of 3  a.py:1:14" in seen


def test_all_takes_the_rest_without_a_question(keylift, shop, values):
    status, seen = migrate(keylift, shop, "n", "ALL", "y")
    assert status == 1 and moved(shop, values) == ["b.py", "c.py"], seen


def test_quit_leaves_the_rest_and_no_at_the_end_writes_nothing(keylift, shop, values):
    before = shop.files()
    status, seen = migrate(keylift, shop, "y", "q", "n")
    assert status == 2 and shop.files() == before, seen
    status, seen = migrate(keylift, shop, "y", "q", "y")
    assert status == 1 and moved(shop, values) == ["a.py"], seen


def test_no_to_everything_asks_no_more(keylift, shop, values):
    before = shop.files()
    status, seen = migrate(keylift, shop, "n", "", "no")
    assert status == 1 and shop.files() == before and "This will be written" not in seen


@pytest.mark.parametrize("name, why", [("A-B", "letters"), ("PATH", "is read by"), ("A_PASSWORD", "another secret")])
def test_a_name_that_cannot_be_is_asked_for_again(keylift, shop, values, name, why):
    status, seen = migrate(keylift, shop, "y", name, "GOOD_ONE", "n", "y")
    assert status == 1 and why in seen and 'environ["GOOD_ONE"]' in shop.read("b.py"), seen


def test_a_name_holds_for_the_secret_wherever_it_stands(keylift, shop, values):
    shop.write("d.py", shop.read("a.py"))
    shop.git("add", "-A")
    status, seen = migrate(keylift, shop, "ONE_NAME", "n", "n", "y", "y")
    assert status == 1, seen
    assert 'environ["ONE_NAME"]' in shop.read("a.py") and 'environ["ONE_NAME"]' in shop.read("d.py")
    assert shop.read(".env").count("ONE_NAME=") == 1 and "A_PASSWORD" not in shop.read(".env")


def test_a_plan_and_a_names_file_keep_the_answers(keylift, shop, values):
    words = ["plan", "--interactive", "--names", "names.txt", "-o", "plan.json", "."]
    status, seen = typed(keylift, shop, words, ["n", "CHOSEN", "y"])
    assert status == 1, seen
    assert "B_PASSWORD = CHOSEN" in shop.read("names.txt") and "A_PASSWORD" not in shop.read("names.txt")
    assert keylift("apply", "--yes", "plan.json", cwd=shop).returncode == 0
    assert moved(shop, values) == ["b.py", "c.py"] and 'environ["CHOSEN"]' in shop.read("b.py")


def test_without_a_terminal_it_is_refused(keylift, shop):
    before = shop.files()
    for command in (("plan",), ("migrate", "--yes")):
        run = support.subprocess.run(
            [keylift.binary, *command, "--interactive", "."], cwd=shop.path, env=support.clean_env(keylift.home),
            stdin=support.subprocess.DEVNULL, capture_output=True, text=True, timeout=60, start_new_session=True,
        )  # fmt: skip
        assert run.returncode == 2 and "--interactive needs a terminal" in run.stderr
    assert shop.files() == before


def test_an_end_of_the_terminal_writes_nothing(keylift, shop, values):
    before = shop.files()
    status, seen = migrate(keylift, shop, "\x04")
    assert status in (1, 2) and shop.files() == before, seen


def test_a_read_of_the_environment_is_asked_about_and_keeps_its_name(keylift, project):
    project.write("app.py", 'import os\n\nprint(os.environ.get("API_KEY"), os.getenv("MAIL_TOKEN"))\n')
    project.write(".env", "API_KEY=abcdef\nMAIL_TOKEN=ghijkl\n")
    words = ["migrate", "--to", "dotenv", "--dotenv-file", ".env", "--env-reads", "secrets", "--interactive", "."]
    before = project.read("app.py")
    status, seen = typed(keylift, project, words, ["n", "q"])
    assert status == 1 and "1 of 2" in seen and "2 of 2" in seen and project.read("app.py") == before
    status, seen = typed(keylift, project, words, ["OTHER", "y", "n", "y"])
    assert status == 1 and "The name of a read stays as it is." in seen and "load_dotenv" in project.read("app.py")
