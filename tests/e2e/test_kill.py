"""keylift itself, killed at every call that changes a file: no secret is lost, the program runs the
same, the next migration or `resume` finishes the work, and `undo` takes all of it back."""

import shutil

import pytest

import support
from e2e.support_shop import (  # noqa: F401
    check_no_secret_is_lost, make_project, migrate, resume, undo, without_temps, world,
)  # fmt: skip
from support import made, made_password
from support_calls import MOST, run


def each_moment(fresh, values, first=0, step=1):
    """(moment, project) for every moment, or every step-th from a first one, that a migration can be killed at; all of
    them with KEYLIFT_TEST_TIMES=2."""
    for moment in range(first, MOST, step) if support.TIMES <= 1 else range(MOST):
        project = fresh(f"at{moment}")
        killed = migrate(project, moment)
        if killed.returncode >= 0:
            assert killed.returncode == 0, killed.stderr
            break
        check_no_secret_is_lost(project, values, moment)
        yield moment, project
        shutil.rmtree(project.path)
    else:
        pytest.fail("the migration never ended")
    assert moment > 100, "the calls are not caught"


# The next two together are at every moment: what a kill leaves is finished by another migration, or by `resume`.
@pytest.mark.slow
def test_a_kill_at_any_moment_loses_nothing(world):  # noqa: F811
    fresh, values, finished = world
    for moment, project in each_moment(fresh, values, 0, 2):
        again = migrate(project, -1)
        assert again.returncode == 0, f"moment {moment}: {again.stdout}{again.stderr}"
        assert project.files() == finished, f"moment {moment}"


@pytest.mark.slow
def test_resume_ends_as_the_run_that_was_not_killed_and_undo_takes_it_back(world):  # noqa: F811
    fresh, values, finished = world
    original = fresh("original").files()
    resumed = 0
    for moment, project in each_moment(fresh, values, 1, 2):
        if resume(project, moment, original, finished):
            resumed += 1
        else:
            assert migrate(project, -1).returncode == 0, f"moment {moment}"
        assert project.files() == finished, f"moment {moment}"
        assert run(project, -1, "resume", "--yes").returncode == 2, f"moment {moment}: nothing is left"
        undo(project, moment, original)
    assert resumed > 40


@pytest.mark.slow
def test_a_resume_that_is_killed_is_resumed(world):  # noqa: F811
    fresh, values, finished = world
    original = fresh("original").files()
    killed_twice = 0
    for moment, project in each_moment(fresh, values, 0, 9):
        second = moment % 23
        if run(project, second, "resume", "--yes").returncode < 0:
            killed_twice += 1
        check_no_secret_is_lost(project, values, f"{moment} and {second}")
        if not resume(project, moment, original, finished):
            assert migrate(project, -1).returncode == 0, f"moment {moment}"
        assert project.files() == finished, f"moment {moment} and {second}"
    assert killed_twice > 5


@pytest.mark.slow
def test_where_a_source_was_edited_since_resume_says_what_to_do_and_writes_nothing(world):  # noqa: F811
    fresh, values, finished = world
    named = 0
    for moment, project in each_moment(fresh, values, 0, 7):
        source = project.read("shop/mail.py") + "# an edit\n"
        project.write("shop/mail.py", source)
        before = without_temps(project)
        done = run(project, -1, "resume", "--yes")
        assert done.returncode == 2 and not any(value in done.stderr for value in values)
        assert without_temps(project) == before
        named += "shop/mail.py has changed since this run" in done.stderr and "keylift migrate" in done.stderr
        again = run(project, -1, "migrate", "--yes", "--allow-dirty", ".")
        assert again.returncode == 0, again.stdout + again.stderr
        assert project.read("shop/mail.py").endswith("# an edit\n") and values[1] not in project.read("shop/mail.py")
    assert named > 10


STAGED_STEP = 11 if support.TIMES <= 1 else 1


def index(project):
    return project.git("ls-files", "--stage")


@pytest.mark.slow
def test_a_killed_run_of_staged_content_is_resumed(tmp_path, home):
    """Every eleventh moment, all of them with KEYLIFT_TEST_TIMES=2: the index and the working tree end as those of a
    run that was not killed, and an edit that was not staged stays where it is."""
    values = [made("", 40, seed=1), made_password(24, seed=2), made("", 32, seed=3)]
    template = make_project(tmp_path / "template", home, values)
    texts = {name: template.read(name) for name in ("shop/pay.py", "shop/mail.py")}
    for name in texts:
        template.write(name, "")
    template.commit()
    for name, text in texts.items():
        template.write(name, text + "# staged\n")
    template.git("add", "shop")
    template.write("shop/mail.py", template.read("shop/mail.py") + "# not staged\n")
    staged = ["migrate", "--yes", "--staged", "."]

    def fresh(name):
        shutil.copytree(template.path, tmp_path / name)
        return support.Project(tmp_path / name, home)

    whole, original = fresh("whole"), fresh("original")
    done = run(whole, -1, *staged)
    assert done.returncode == 0, done.stdout + done.stderr
    finished = whole.files(), index(whole)
    assert finished[0]["shop/mail.py"].endswith(b"# staged\n# not staged\n") and finished[1] != index(original)
    resumed = 0
    for moment in range(support.SEED % STAGED_STEP, MOST, STAGED_STEP):
        project = fresh(f"at{moment}")
        killed = run(project, moment, *staged)
        if killed.returncode >= 0:
            assert killed.returncode == 0, killed.stderr
            break
        check_no_secret_is_lost(project, values, moment)
        assert index(project) in (index(original), finished[1]), f"moment {moment}: half of it is staged"
        done = run(project, -1, "resume", "--yes")
        if done.returncode != 0:
            assert "no unfinished run" in done.stderr or "same command again" in done.stderr, f"{moment}: {done.stderr}"
            assert run(project, -1, *staged).returncode == 0, f"moment {moment}"
        resumed += done.returncode == 0
        assert (project.files(), index(project)) == finished, f"moment {moment}"
        shutil.rmtree(project.path)
    assert moment > 100 and resumed * STAGED_STEP > 50
