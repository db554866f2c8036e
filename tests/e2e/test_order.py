"""What is on disk before what, on the calls of a real run: see support_order.py. Each sync of the program that
is taken out fails here."""

import shutil

from e2e.support_shop import world  # noqa: F401
from support_calls import watched
from support_order import check_order


def test_nothing_is_replaced_before_what_it_depends_on_is_on_disk(world):  # noqa: F811
    project = world[0]("ordered")
    shutil.rmtree(project / ".git/keylift", ignore_errors=True)
    done, calls = watched(project, "migrate", "--yes", ".")
    assert done.returncode == 0, done.stderr
    seen = check_order(calls, vault_file=str(project / ".env"))
    assert seen == {"source": 5, "vault": 1, "request": 0, "folder": 2}
