"""keylift, killed in the middle of a migration to a vault on a server: after each kill every secret is in the
source or in the vault, `resume` ends as the run that was not killed, writes nothing twice, and `undo` takes
all of it back. Every third moment, from a place that depends on the seed; all of them in a soak."""

import shutil

import pytest

import support
from support import made, made_password
from support_kill import MOST, run
from vaults.support_aws import moto  # noqa: F401
from vaults.support_places import Moto, OpenBao

STEP = 3 if support.TIMES <= 1 else 1


@pytest.fixture(params=["openbao", "moto"])
def vault(request, home):
    if request.param == "openbao":
        return OpenBao(request.getfixturevalue("bao"))
    return Moto(request.getfixturevalue("moto"), home)


NAMES = {"shop/pay.py": "API_KEY", "shop/mail.py": "MAIL_PASSWORD"}


@pytest.fixture
def world(tmp_path, home):
    values = {"shop/pay.py": made("", 40, seed=1), "shop/mail.py": made_password(24, seed=2)}
    template = support.Project(tmp_path / "template", home)
    template.path.mkdir()
    template.git_init()
    template.write("requirements.txt", "")
    template.write("shop/__init__.py", "")
    template.write("main.py", "import shop.pay\n\nimport shop.mail\n")
    for name, value in values.items():
        template.write(name, f'{NAMES[name]} = "{value}"\n')
    template.commit()

    def fresh(name):
        shutil.copytree(template.path, tmp_path / name)
        return support.Project(tmp_path / name, home)

    return fresh, values


def check(project, vault, values, moment):
    for name, value in values.items():
        source = project.read(name)
        held, versions = vault.read(NAMES[name])
        assert value in source or held == value, f"moment {moment}: {NAMES[name]} is lost"
        assert versions <= 1, f"moment {moment}: {NAMES[name]} was written {versions} times"


@pytest.mark.slow
def test_a_kill_loses_nothing_and_resume_ends_as_the_whole_run(vault, world):
    fresh, values = world
    migrate = ["migrate", "--yes", *vault.what, *vault.where, "."]
    whole = fresh("whole")
    done = run(whole, -1, *migrate, more=vault.env)
    assert done.returncode == 0, done.stdout + done.stderr
    finished, original = whole.files(), fresh("original").files()
    assert "shop/vault_secrets.py" in finished
    resumed = stored_before = 0
    moment = support.SEED % STEP
    while True:
        for name in NAMES.values():
            if vault.read(name)[1]:
                vault.forget(name)
        project = fresh(f"at{moment}")
        killed = run(project, moment, *migrate, more=vault.env)
        if killed.returncode >= 0:
            assert killed.returncode == 0, killed.stderr
            break
        check(project, vault, values, moment)
        stored_before += any(vault.read(name)[1] for name in NAMES.values())
        done = run(project, -1, "resume", "--yes", *vault.where, more=vault.env)
        if done.returncode != 0:
            assert "no unfinished run" in done.stderr or "same command again" in done.stderr, done.stderr
            assert project.files() in (original, finished), f"moment {moment}"
            again = run(project, -1, *migrate, more=vault.env)
            assert again.returncode == 0, again.stderr
        resumed += done.returncode == 0
        check(project, vault, values, moment)
        assert project.files() == finished, f"moment {moment}: {done.stdout}{done.stderr}"
        back = run(project, -1, "undo", "--yes", *vault.where, more=vault.env)
        assert back.returncode == 0, f"moment {moment}: {back.stdout}{back.stderr}"
        assert project.files() == original, f"moment {moment}"
        shutil.rmtree(project.path)
        moment += STEP
        assert moment < MOST
    assert resumed * STEP > 40 and stored_before * STEP > 20
