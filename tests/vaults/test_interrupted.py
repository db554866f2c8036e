"""A migration to a vault on a server, on a disk that is full, breaks, or may not be written, and with a server that
dies: no secret is lost, and what is left to do can be done later. The same for .env: tests/e2e/test_disk_faults.py."""

import shutil

import pytest

import support
from e2e.test_disk_faults import FAULTS, check_journals, check_message, meant, numbers
from support_calls import run, watched
from support_order import check_order
from vaults.support_aws import moto  # noqa: F401
from vaults.support_places import Moto
from vaults.support_proxy import FaultProxy
from vaults.support_shop import (  # noqa: F401
    NAMES, check_no_secret_is_lost, finish, forget, undisturbed, undo, vault, words, world,
)  # fmt: skip

STEP = 9 if support.TIMES == 1 else 1


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_disk_loses_nothing(vault, world, fault):  # noqa: F811
    fresh, values = world
    original, finished = undisturbed(vault, fresh)
    whole, calls = watched(fresh("watched"), *words(vault), more=vault.env)
    targets, stopped = meant(calls), 0
    for number in numbers(fault, STEP, step_of_writes=4):
        forget(vault)
        project = fresh(f"at{number}")
        done, calls = watched(project, *words(vault), fail=(number, *FAULTS[fault]), more=vault.env)
        failed = [call for call in calls if call.failed]
        if not failed:
            assert done.returncode == 0, done.stdout + done.stderr
            break
        where = f"{fault}, call {number}: {failed[0].name} {failed[0].path}"
        check_no_secret_is_lost(project, vault, values, where)
        check_journals(project, where)
        assert not any(value in done.stdout + done.stderr for value in values.values()), where
        if done.returncode != 0:
            assert done.returncode == 2, where
            check_message(done, failed, targets)
            stopped += 1
            finish(project, vault, where, original, finished)
        check_no_secret_is_lost(project, vault, values, where)
        undo(project, vault, where, original)
        shutil.rmtree(project.path)
    assert stopped > 1


def test_no_source_is_replaced_before_the_vault_and_the_journal_are_on_disk(vault, world):  # noqa: F811
    project = world[0]("ordered")
    done, calls = watched(project, *words(vault), more=vault.env)
    assert done.returncode == 0, done.stderr
    if not isinstance(vault, Moto):
        return  # what is sent through TLS cannot be told apart; kills do it (test_kill.py)
    assert check_order(calls) == {"source": 4, "vault": 0, "request": 2, "folder": 2}


@pytest.mark.slow
@pytest.mark.parametrize("after", [5])
def test_a_server_that_dies_in_the_middle(moto, home, world, after):  # noqa: F811
    """After this many requests nobody answers any more; when it is back, the run goes on."""
    fresh, values = world
    place = Moto(moto, home)
    forget(place)
    original, finished = undisturbed(place, fresh)
    project = fresh("dies")
    with FaultProxy(upstream=moto.url, host="127.0.0.1") as proxy:
        place.where = ["--endpoint", proxy.url]
        proxy.inject("reset-after-request-head", times=100_000, skip=after)
        done = run(project, -1, *words(place), more=place.env)
        assert done.returncode == 2, done.stdout + done.stderr
        assert "goes on from here" in done.stdout and "firewall" in done.stdout + done.stderr
        check_no_secret_is_lost(project, place, values, after)
        proxy.clear()
        again = run(project, -1, *words(place), more=place.env)
        assert again.returncode == 0, again.stdout + again.stderr
        check_no_secret_is_lost(project, place, values, after)
        assert project.files() == finished
    forget(place)
