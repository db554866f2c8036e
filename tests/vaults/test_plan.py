"""Plans for vaults on servers: apply does what migrate does, and a value that changed since in the vault is
refused, whatever --on-conflict had said."""

import shutil

import pytest

import support
from support import made, made_password
from vaults.support_aws import moto  # noqa: F401
from vaults.support_places import Moto, OpenBao


@pytest.fixture(params=["openbao", "moto"])
def vault(request, home):
    place = OpenBao(request.getfixturevalue("bao")) if request.param == "openbao" else Moto(request.getfixturevalue("moto"), home)  # fmt: skip
    forget(place)  # other tests of this process store under these names, too
    yield place
    forget(place)


def forget(place):
    for name in ("API_KEY", "MAIL_PASSWORD"):
        if place.read(name)[1]:
            place.forget(name)


@pytest.fixture
def shop(project):
    project.write("requirements.txt", "")
    project.write("main.py", "import shop.pay\n")
    project.write("shop/__init__.py", "")
    project.write("shop/pay.py", f'API_KEY = "{made("", 40)}"\nMAIL_PASSWORD = b"{made_password()}"\n')
    return project.git_init().commit()


def value_in(project):
    return project.read("shop/pay.py").split('"')[1]


def plan(keylift, vault, shop, *more):
    run = keylift("plan", "-o", "plan.json", *vault.what, *vault.where, *more, ".", cwd=shop, env=vault.env)
    assert run.returncode == 0, run.stdout + run.stderr


def apply(keylift, vault, shop):
    return keylift("apply", "--yes", *vault.where, "plan.json", cwd=shop, env=vault.env)


def test_apply_does_what_migrate_does_and_needs_only_the_place(keylift, vault, shop, tmp_path, home):
    shutil.copytree(shop.path, tmp_path / "other", symlinks=True)
    other = support.Project(tmp_path / "other", home)
    value = value_in(shop)
    plan(keylift, vault, shop)
    address = vault.where[1].split("//")[-1]
    text = shop.read("plan.json")
    assert value not in text and not any(secret in text for secret in vault.env.values() if len(secret) > 19)
    refused = keylift("apply", "--yes", "plan.json", cwd=shop, env=vault.env)
    assert refused.returncode == 2 and vault.read("API_KEY") == (None, 0), f"the plan led to {address}"
    run = apply(keylift, vault, shop)
    assert run.returncode == 0, run.stdout + run.stderr
    assert vault.read("API_KEY") == (value, 1)
    (shop / "plan.json").unlink()
    run = keylift("migrate", "--yes", *vault.what, *vault.where, ".", cwd=other, env=vault.env)
    assert run.returncode == 0 and shop.files() == other.files()
    run = keylift("undo", "--yes", *vault.where, cwd=shop, env=vault.env)
    assert run.returncode == 0 and value_in(shop) == value


def test_a_value_that_changed_since_is_refused(keylift, vault, shop):
    before = shop.files()
    other = made_password()
    run = keylift("upload", "--yes", *vault.what, *vault.where, ".", cwd=shop, env=vault.env)
    assert run.returncode == 0, run.stdout + run.stderr
    plan(keylift, vault, shop)
    vault.put("API_KEY", other)
    run = apply(keylift, vault, shop)
    assert run.returncode == 2 and "API_KEY" in run.stderr and other not in run.stdout + run.stderr
    assert vault.read("API_KEY") == (other, 2)
    (shop / "plan.json").unlink()
    assert shop.files() == before


@pytest.mark.parametrize("policy", ["reuse", "version"])
def test_what_was_to_be_used_or_replaced_is_refused_when_it_is_another(keylift, vault, shop, policy):
    first = shop.read("shop/pay.py")
    keylift("upload", "--yes", *vault.what, *vault.where, ".", cwd=shop, env=vault.env)
    shop.write("shop/pay.py", first.replace(value_in(shop), made("", 40, seed=5)))
    shop.git("commit", "-qam", "rotated")
    plan(keylift, vault, shop, "--on-conflict", policy)
    held, versions = vault.read("API_KEY")
    vault.put("API_KEY", made("", 40, seed=6))
    run = apply(keylift, vault, shop)
    assert run.returncode == 2 and "API_KEY is not in the vault as it was" in run.stderr, run.stdout + run.stderr
    plan(keylift, vault, shop, "--on-conflict", policy)
    run = apply(keylift, vault, shop)
    assert run.returncode == 0, run.stdout + run.stderr
    assert vault.read("API_KEY")[1] == versions + (2 if policy == "version" else 1)


def test_the_place_that_a_plan_names_cannot_be_said_otherwise(keylift, moto, shop, home):  # noqa: F811
    place = Moto(moto, home)
    before = shop.files()
    plan(keylift, place, shop, "--aws-region", "eu-central-1")
    run = keylift("apply", "--yes", *place.where, "--aws-region", "us-east-1", "plan.json", cwd=shop, env=place.env)
    assert run.returncode == 2 and "aws_region" in run.stderr, run.stdout + run.stderr
    (shop / "plan.json").unlink()
    assert shop.files() == before
