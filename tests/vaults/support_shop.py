"""A project with two secrets that goes to a vault on a server while something goes wrong."""

import shutil

import pytest

import support
from support import made, made_password
from support_calls import run
from vaults.support_places import AzureKeyVault, GoogleSecretManager, Moto, OpenBao

NAMES = {"shop/pay.py": "API_KEY", "shop/mail.py": "MAIL_PASSWORD"}


PLACES = {"openbao": ("bao", OpenBao), "moto": ("moto", Moto), "azure": ("azure", AzureKeyVault),
          "gcp": ("double", GoogleSecretManager)}  # fmt: skip
EVERY_VAULT = pytest.mark.parametrize("vault", PLACES, indirect=True)


@pytest.fixture(params=["openbao", "moto"])
def vault(request, home):
    server, kind = PLACES[request.param]
    place = kind(request.getfixturevalue(server), home)
    forget(place)  # other tests of this process store under these names, too
    yield place
    forget(place)


def forget(vault):
    for name in NAMES.values():
        vault.forget(name)


@pytest.fixture
def world(tmp_path, home):
    """(fresh, values): a maker of copies of the project, and {file: its secret}."""
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


def words(vault):
    return ["migrate", "--yes", *vault.what, *vault.where, "."]


def undisturbed(vault, fresh):
    """(what the project is, what it becomes); the vault is as it was."""
    whole = fresh("whole")
    original = whole.files()
    done = run(whole, -1, *words(vault), more=vault.env)
    assert done.returncode == 0, done.stdout + done.stderr
    forget(vault)
    finished = whole.files()
    assert "shop/vault_secrets.py" in finished
    return original, finished


def check_no_secret_is_lost(project, vault, values, moment):
    for name, value in values.items():
        source = project.read(name)
        held, versions = vault.read(NAMES[name])
        assert value in source or held == value, f"moment {moment}: {NAMES[name]} is lost"
        assert versions <= 1, f"moment {moment}: {NAMES[name]} was written {versions} times"


def resume(project, vault):
    return run(project, -1, "resume", "--yes", *vault.where, more=vault.env)


def finish(project, vault, moment, original, finished):
    """By `resume`, or, where its journal does not say enough yet, by the same command. Whether it was the first."""
    done = resume(project, vault)
    if done.returncode != 0:
        assert "no unfinished run" in done.stderr or "same command again" in done.stderr, done.stderr
        assert project.files() in (original, finished), f"moment {moment}"
        again = run(project, -1, *words(vault), more=vault.env)
        assert again.returncode == 0, again.stderr
    assert project.files() == finished, f"moment {moment}: {done.stdout}{done.stderr}"
    return done.returncode == 0


def undo(project, vault, moment, original):
    back = run(project, -1, "undo", "--yes", *vault.where, more=vault.env)
    assert back.returncode == 0, f"moment {moment}: {back.stdout}{back.stderr}"
    assert project.files() == original, f"moment {moment}"
