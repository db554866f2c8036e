"""keylift itself, killed at every call that changes a file: no secret is lost, the program runs the
same, the next migration or `resume` finishes the work, and `undo` takes all of it back."""

import shutil

import pytest

from e2e.support_shop import check_no_secret_is_lost, migrate, resume, undo, without_temps, world  # noqa: F401
from support_calls import MOST, run


def each_moment(fresh, values):
    """(moment, project) for every moment that a migration can be killed at."""
    for moment in range(MOST):
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


@pytest.mark.slow
def test_a_kill_at_any_moment_loses_nothing(world):  # noqa: F811
    fresh, values, finished = world
    for moment, project in each_moment(fresh, values):
        again = migrate(project, -1)
        assert again.returncode == 0, f"moment {moment}: {again.stdout}{again.stderr}"
        assert project.files() == finished, f"moment {moment}"


@pytest.mark.slow
def test_resume_ends_as_the_run_that_was_not_killed_and_undo_takes_it_back(world):  # noqa: F811
    fresh, values, finished = world
    original = fresh("original").files()
    resumed = 0
    for moment, project in each_moment(fresh, values):
        if resume(project, moment, original, finished):
            resumed += 1
        else:
            assert migrate(project, -1).returncode == 0, f"moment {moment}"
        assert project.files() == finished, f"moment {moment}"
        assert run(project, -1, "resume", "--yes").returncode == 2, f"moment {moment}: nothing is left"
        undo(project, moment, original)
    assert resumed > 80


@pytest.mark.slow
def test_a_resume_that_is_killed_is_resumed(world):  # noqa: F811
    fresh, values, finished = world
    original = fresh("original").files()
    killed_twice = 0
    for moment, project in each_moment(fresh, values):
        if moment % 9:
            continue
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
    for moment, project in each_moment(fresh, values):
        if moment % 7:
            continue
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
