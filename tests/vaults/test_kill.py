"""keylift, killed in the middle of a migration to a vault on a server: after each kill every secret is in the
source or in the vault, `resume` ends as the run that was not killed, writes nothing twice, and `undo` takes
all of it back. Every fifth moment (of the doubles, every fifteenth), from a place that depends on the seed; all of
them with KEYLIFT_TEST_TIMES=2."""

import json
import shutil

import pytest

import support
from support_calls import MOST, run
from vaults.support_aws import moto  # noqa: F401
from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_gcp import double, gcp  # noqa: F401
from vaults.support_places import OpenBao
from vaults.support_shop import (  # noqa: F401
    EVERY_VAULT, NAMES, check_no_secret_is_lost, finish, forget, resume, undisturbed, undo, vault, words, world,
)  # fmt: skip

STEPS = {"openbao": 5, "moto": 5, "azure": 15, "gcp": 15}


@pytest.mark.slow
@EVERY_VAULT
def test_a_kill_loses_nothing_and_resume_ends_as_the_whole_run(vault, world, request):  # noqa: F811
    step = STEPS[request.node.callspec.params["vault"]] if support.TIMES <= 1 else 1
    fresh, values = world
    original, finished = undisturbed(vault, fresh)
    resumed = stored_before = 0
    moment = support.SEED % step
    while True:
        forget(vault)
        project = fresh(f"at{moment}")
        killed = run(project, moment, *words(vault), more=vault.env)
        if killed.returncode >= 0:
            assert killed.returncode == 0, killed.stderr
            break
        check_no_secret_is_lost(project, vault, values, moment)
        stored_before += any(vault.read(name)[1] for name in NAMES.values())
        by_resume = finish(project, vault, moment, original, finished)
        resumed += by_resume
        for name in NAMES.values():
            assert not by_resume or vault.is_marked(name), f"moment {moment}: {name} is not marked"
        check_no_secret_is_lost(project, vault, values, moment)
        undo(project, vault, moment, original)
        shutil.rmtree(project.path)
        moment += step
        assert moment < MOST
    assert resumed * step > 40 and stored_before * step > 20


def killed_between_value_and_mark(fresh, vault, name, *words):
    """A project whose run was killed when `name` was in the vault and did not say yet whose it is: by halving, and
    then around the place, since two runs do not make quite the same calls."""

    def at(moment):
        project = fresh(f"at{moment}-{len(tried)}")
        tried.append(moment)
        if vault.read(name)[1] > 0:  # the server took its time over what the killed run before had sent
            vault.forget(name)
        killed = run(project, moment, *words, more=vault.env)
        stored = vault.read(name)[1] > 0
        began = any('"step":"put"' in path.read_text() for path in (project / ".git/keylift/runs").glob("*.jsonl"))
        if stored and began and killed.returncode < 0 and not vault.is_marked(name):
            return project, stored
        if stored:
            vault.forget(name)
        shutil.rmtree(project.path)
        return None, stored or killed.returncode == 0

    tried, low, high = [], 0, MOST // 2
    while low < high:
        middle = (low + high) // 2
        project, stored = at(2 * middle)  # before a call: the last one was answered
        if project:
            return project
        low, high = (low, middle) if stored else (middle + 1, high)
    for moment in 3 * list(range(2 * low - 8, 2 * low + 8)):
        project, _ = at(moment)
        if project:
            return project
    pytest.fail(f"no kill came between the value and its mark: {tried}")


@pytest.mark.slow
def test_resume_marks_what_a_kill_left_stored_and_not_marked(bao, world):  # noqa: F811
    fresh, values = world
    vault = OpenBao(bao)
    words = ["migrate", "--yes", *vault.what, *vault.where, "shop/pay.py"]
    project = killed_between_value_and_mark(fresh, vault, "API_KEY", *words)
    done = run(project, -1, "resume", "--yes", *vault.where, more=vault.env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert vault.is_marked("API_KEY") and values["shop/pay.py"] not in project.read("shop/pay.py")
    vault.forget("API_KEY")


def left_without_mark(project, vault, name, *words):
    """The same by hand: a whole run is cut back to what a kill between the two requests leaves."""
    done = run(project, -1, *words, more=vault.env)
    assert done.returncode == 0, done.stdout + done.stderr
    vault.unmark(name)
    [path] = (project / ".git/keylift/runs").glob("*.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if json.loads(line)["step"] in ("begin", "start", "put")))
    project.git("checkout", "--", ".")
    project.git("clean", "-fdq")


@pytest.mark.parametrize("bundle", [[], ["--bundle", "all"]], ids=["secrets", "bundle"])
def test_a_secret_that_resume_has_marked_is_keylifts_to_change(bao, world, bundle):  # noqa: F811
    fresh, values = world
    vault = OpenBao(bao)
    name = "all" if bundle else "API_KEY"
    words = ["migrate", "--yes", *vault.what, *vault.where, *bundle]
    project = fresh("at")
    left_without_mark(project, vault, name, *words, "shop/pay.py")
    done = run(project, -1, "resume", "--yes", *vault.where, more=vault.env)
    assert done.returncode == 0 and vault.is_marked(name), done.stdout + done.stderr
    done = run(project, -1, *words, "shop/mail.py", more=vault.env)  # of a bundle, a field more
    assert done.returncode == 0 and values["shop/mail.py"] not in project.read("shop/mail.py"), done.stderr
    for stored in {name, "MAIL_PASSWORD"} if not bundle else {name}:
        vault.forget(stored)


def test_resume_marks_nothing_that_somebody_has_changed_since(bao, world):  # noqa: F811
    fresh, _ = world
    vault = OpenBao(bao)
    project = fresh("at")
    left_without_mark(project, vault, "API_KEY", "migrate", "--yes", *vault.what, *vault.where, "shop/pay.py")
    vault.put("API_KEY", vault.read("API_KEY")[0])
    done = run(project, -1, "resume", "--yes", *vault.where, more=vault.env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not vault.is_marked("API_KEY")
    vault.forget("API_KEY")


def killed_before(project, vault, record):
    """A migration that dies when it is about to write this record into its journal."""
    done = run(project, -1, *words(vault), more={**vault.env, "KEYLIFT_KILL_BEFORE": record})
    assert done.returncode < 0, done.stdout + done.stderr


@EVERY_VAULT
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


@EVERY_VAULT
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
