"""keylift, killed in the middle of a migration to a vault on a server: after each kill every secret is in the
source or in the vault, `resume` ends as the run that was not killed, writes nothing twice, and `undo` takes
all of it back. Every third moment, from a place that depends on the seed; all of them in a soak."""

import shutil

import pytest

import support
from support_calls import MOST, run
from vaults.support_aws import moto  # noqa: F401
from vaults.support_shop import (  # noqa: F401
    NAMES, check_no_secret_is_lost, finish, forget, resume, undisturbed, undo, vault, words, world,
)  # fmt: skip

STEP = 3 if support.TIMES <= 1 else 1


@pytest.mark.slow
def test_a_kill_loses_nothing_and_resume_ends_as_the_whole_run(vault, world):  # noqa: F811
    fresh, values = world
    original, finished = undisturbed(vault, fresh)
    resumed = stored_before = 0
    moment = support.SEED % STEP
    while True:
        forget(vault)
        project = fresh(f"at{moment}")
        killed = run(project, moment, *words(vault), more=vault.env)
        if killed.returncode >= 0:
            assert killed.returncode == 0, killed.stderr
            break
        check_no_secret_is_lost(project, vault, values, moment)
        stored_before += any(vault.read(name)[1] for name in NAMES.values())
        resumed += finish(project, vault, moment, original, finished)
        check_no_secret_is_lost(project, vault, values, moment)
        undo(project, vault, moment, original)
        shutil.rmtree(project.path)
        moment += STEP
        assert moment < MOST
    assert resumed * STEP > 40 and stored_before * STEP > 20


def killed_before(project, vault, record):
    """A migration that dies when it is about to write this record into its journal."""
    done = run(project, -1, *words(vault), more={**vault.env, "KEYLIFT_KILL_BEFORE": record})
    assert done.returncode < 0, done.stdout + done.stderr


def test_a_kill_between_a_put_and_its_journal_entry(vault, world):  # noqa: F811
    fresh, values = world
    original, finished = undisturbed(vault, fresh)
    project = fresh("killed")
    killed_before(project, vault, '"step":"stored"')
    held = {name: vault.read(name) for name in NAMES.values()}
    assert any(versions == 1 for _, versions in held.values()) and project.files() == original
    [journal] = (project / ".git/keylift/runs").glob("*.jsonl")
    assert '"step":"put"' in journal.read_text() and '"step":"stored"' not in journal.read_text()
    assert finish(project, vault, "put", original, finished)
    check_no_secret_is_lost(project, vault, values, "put")
    undo(project, vault, "put", original)


def test_a_vault_that_forgets_after_the_read_back_gets_the_value_again(vault, world):  # noqa: F811
    """What is verified and still in the source is not taken for stored by the run that goes on."""
    fresh, values = world
    original, finished = undisturbed(vault, fresh)
    project = fresh("killed")
    killed_before(project, vault, '"step":"commit"')
    assert all(vault.read(name)[1] == 1 for name in NAMES.values())
    forget(vault)
    assert finish(project, vault, "forgot", original, finished)
    for name, value in values.items():
        assert vault.read(NAMES[name]) == (value, 1)
    # After the end there is no other copy: undo says so, and changes nothing.
    forget(vault)
    back = run(project, -1, "undo", "--yes", *vault.where, more=vault.env)
    assert back.returncode == 1 and "still holds" not in back.stdout, back.stdout + back.stderr
    assert all(name in back.stdout + back.stderr for name in NAMES.values()), back.stdout + back.stderr
    assert project.files() == finished
