"""--env-reads: programs that read the environment, migrated, and run with the variables and without them."""

import pytest

import support
from vaults.support_aws import moto  # noqa: F401
from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_gcp import double, gcp  # noqa: F401
from vaults.support_programs import PLACES, keylift, python, sources


@pytest.fixture(params=PLACES)
def place(request, home):
    return PLACES[request.param](request, home)


@pytest.fixture
def aws(request, home):
    return PLACES["aws"](request, home)


def store(place, project, **values):
    for name, value in values.items():
        keylift(place, project, "put", *place.arguments, "--yes", name, typed=value)


READS = """\
import os
from os import environ, getenv as read

env = os.environ


def show(name, call):
    try:
        print(name, repr(call()))
    except KeyError as e:
        print(name, "KeyError", e.args[0])


show("subscript", lambda: os.environ["API_KEY"])
show("get", lambda: environ.get("API_KEY"))
show("fallback", lambda: os.getenv("API_KEY", "none given"))
show("keyword", lambda: env.get("API_KEY", default=7))
show("alias", lambda: read("API_KEY"))
show("dunder", lambda: os.environ.__getitem__("API_KEY"))
show("field", lambda: f"<{os.environ['API_KEY']}>")
show("nested", lambda: os.environ.get("OLD_API_KEY", os.environ.get("API_KEY")))
"""


def shop(project, source=READS):
    project.write("pyproject.toml", '[project]\nname = "shop"\n')
    project.write("shop/__init__.py", "")
    project.write("shop/__main__.py", "import shop.reads\n")
    project.write("shop/reads.py", source)


def migrate(place, project, *more, status=0):
    return keylift(place, project, "migrate", *place.arguments, *more, "--yes", ".", status=status)


def test_a_read_gives_what_it_gave_and_the_vault_is_asked_for_what_is_not_set(place, project):
    value = support.made_stripe_key()
    shop(project)
    store(place, project, API_KEY=value)
    source = sources(project)
    unset = python(place, project, "-m", "shop")
    with_variable = python(place, project, "-m", "shop", API_KEY=value)
    other = python(place, project, "-m", "shop", API_KEY="other")
    print(migrate(place, project))
    assert b'get_secret("API_KEY")' in sources(project)["shop/reads.py"]
    assert value.encode() not in b"".join(sources(project).values())
    # The environment wins, as before; what it lacks, the vault has.
    assert python(place, project, "-m", "shop", API_KEY="other") == other
    assert python(place, project, "-m", "shop") == with_variable != unset
    moved = sources(project)
    migrate(place, project)
    assert sources(project) == moved
    keylift(place, project, "undo", *place.undo, "--yes")
    assert sources(project) == source
