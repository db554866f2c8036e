"""Where the module that code reads its secrets from lands, and how each file imports it: whole projects, run in
every way they are run, before and after. The vault is a helper that keeps a file: no server is needed."""

import json
import os
import stat
import sys

import pytest

import support

HELPER = """#!{python}
import json, os, sys
sys.path.insert(0, {helpers!r})
from keylift_helper import Store, serve
PLACE = {place!r}

class Mine(Store):
    def held(self):
        return json.load(open(PLACE)) if os.path.exists(PLACE) else {{}}
    def get(self, name):
        return self.held().get(name)
    def set(self, name, value):
        json.dump({{**self.held(), name: value}}, open(PLACE, "w"))
    def names(self):
        return list(self.held())
    def python(self):
        return {{"imports": [{{"module": "json"}}, {{"module": "os"}}], "missing_error": "KeyError",
                "read_text": "json.load(open(os.environ['STORE']))[{{name}}]"}}

serve(Mine())
"""


class Store:
    def __init__(self, folder):
        folder.mkdir()
        self.place, self.helper = folder / "held.json", folder / "helper"
        helpers = str(support.ROOT / "contrib" / "helpers")
        self.helper.write_text(HELPER.format(python=sys.executable, helpers=helpers, place=str(self.place)))
        self.helper.chmod(self.helper.stat().st_mode | stat.S_IXUSR)
        self.arguments = ["--to", f"exec:{self.helper}", "--yes"]
        self.env = {"STORE": str(self.place)}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def secret(name="API_TOKEN"):
    return f'{name} = "{support.made_stripe_key()}"\n'


def shows(*names):
    return "".join(f"print({name})\n" for name in names)


GUARD = 'if __name__ == "__main__":\n    print(API_TOKEN)\n'
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")


def src_layout():
    return {
        "pyproject.toml": '[project]\nname = "shop"\n[tool.pytest.ini_options]\npythonpath = ["src"]\n',
        "src/shop/__init__.py": "", "src/shop/config.py": secret(),
        "src/shop/app.py": "from shop.config import API_TOKEN\n" + secret("DB_PASSWORD") + shows("API_TOKEN", "DB_PASSWORD"),
        "src/shop/jobs/__init__.py": "",
        "src/shop/jobs/worker.py": "from ..config import API_TOKEN\n" + secret("QUEUE_PASSWORD") + shows("API_TOKEN", "QUEUE_PASSWORD"),
        "tests/test_app.py": "from shop.config import API_TOKEN\n\n\ndef test_it():\n    assert len(API_TOKEN) == 32\n",
    }  # fmt: skip


def flat_layout():
    return {
        "pyproject.toml": '[project]\nname = "shop"\n', "shop/__init__.py": "from .settings import API_TOKEN\n",
        "shop/settings.py": secret(), "shop/__main__.py": "from shop import API_TOKEN\n" + shows("API_TOKEN"),
        "tests/__init__.py": "", "tests/test_shop.py": "import shop\n\n\ndef test_it():\n    assert len(shop.API_TOKEN) == 32\n",
    }  # fmt: skip


def package_itself():
    return {"pyproject.toml": "", "shop/__init__.py": secret(), "run.py": "from shop import API_TOKEN\n" + shows("API_TOKEN")}


def namespace():
    return {"pyproject.toml": "", "corp/pay/keys.py": secret(),
            "corp/pay/client.py": "from corp.pay.keys import API_TOKEN\n" + shows("API_TOKEN")}  # fmt: skip


def beside():
    return {"pyproject.toml": "", "jobs/helper.py": secret(),
            "jobs/run.py": "import helper\n" + secret("DB_PASSWORD") + shows("helper.API_TOKEN", "DB_PASSWORD")}  # fmt: skip


def at_the_root():
    return {"requirements.txt": "", "app.py": secret() + shows("API_TOKEN")}


def with_a_shebang():
    return {"pyproject.toml": "", "tools/deploy": "", "tools/deploy.py": "#!/usr/bin/env python3\n" + secret() + shows("API_TOKEN")}


def with_a_guard():
    return {"pyproject.toml": "", "tools/deploy.py": secret() + GUARD}


def by_its_full_name():
    """Its own import of the package works as script and as module, and so does the new one."""
    return {"pyproject.toml": "", "shop/__init__.py": "", "shop/base.py": "LENGTH = 20\n",
            "shop/cli.py": "from shop.base import LENGTH\n\n" + secret() + GUARD}  # fmt: skip


def script_of_a_package():
    return {"pyproject.toml": "", "shop/__init__.py": "", "shop/base.py": "LENGTH = 20\n",
            "run.py": "from shop.base import LENGTH\n\n" + secret() + shows("API_TOKEN", "LENGTH")}  # fmt: skip


def flask():
    return {
        "pyproject.toml": "", "web/__init__.py": "from flask import Flask\n\n\ndef create_app():\n    from . import views\n\n"
        "    app = Flask(__name__)\n    app.register_blueprint(views.pages)\n    return app\n",
        "web/views.py": "from flask import Blueprint\n\n" + secret() + '\npages = Blueprint("pages", __name__)\n\n\n'
        '@pages.route("/")\ndef home():\n    return API_TOKEN\n',
        "tests/test_web.py": "from web import create_app\n\n\ndef test_home():\n"
        '    assert len(create_app().test_client().get("/").text) == 32\n',
        "ask.py": 'from web import create_app\n\nprint(create_app().test_client().get("/").text)\n',
    }  # fmt: skip


def django():
    return {
        "manage.py": 'import os\nimport sys\n\nif __name__ == "__main__":\n'
        '    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")\n'
        "    from django.core.management import execute_from_command_line\n\n    execute_from_command_line(sys.argv)\n",
        "site1/__init__.py": "",
        "site1/settings.py": f'SECRET_KEY = "{support.made_password(50)}"\n' + secret() + 'INSTALLED_APPS = []\nUSE_TZ = True\n',
    }  # fmt: skip


SHELL = "from django.conf import settings; print(settings.SECRET_KEY, settings.API_TOKEN)"
UNDER = {"PYTHONPATH": "."}

# files, how it is run (arguments of Python, environment), where modules land, the files that read inline
SHAPES = {
    "src": (src_layout, [(("-m", "shop.app"), {"PYTHONPATH": "src"}), (("-m", "shop.jobs.worker"), {"PYTHONPATH": "src"}),
                         ((*PYTEST, "tests"), {})], ["src/shop"], []),
    "flat": (flat_layout, [(("-m", "shop"), {}), ((*PYTEST, "tests"), {})], ["shop"], []),
    "package": (package_itself, [(("run.py",), {})], ["shop"], []),
    "namespace": (namespace, [(("-m", "corp.pay.client"), {}), (("corp/pay/client.py",), UNDER)], ["corp"], []),
    "beside": (beside, [(("jobs/run.py",), {})], ["jobs"], []),
    "root": (at_the_root, [(("app.py",), {}), (("-m", "app"), {}), (("-c", "import app"), {})], ["."], []),
    "shebang": (with_a_shebang, [(("tools/deploy.py",), {})], ["tools"], []),
    "guard": (with_a_guard, [(("tools/deploy.py",), {})], ["tools"], []),
    "full-name": (by_its_full_name, [(("shop/cli.py",), UNDER), (("-m", "shop.cli"), {})], ["shop"], []),
    "uses-package": (script_of_a_package, [(("run.py",), {}), (("-m", "run"), {})], ["shop"], []),
    "flask": (flask, [(("ask.py",), {}), ((*PYTEST, "tests"), UNDER)], ["web"], []),
    "django": (django, [(("manage.py", "check"), {}), (("manage.py", "shell", "-v", "0", "-c", SHELL), {})], ["site1"], []),
}  # fmt: skip


def celery():
    """A module that has the name of what it imports; the real one is installed."""
    return {
        "requirements.txt": "pytest>=7\n", "shop/__init__.py": "from .pytest import API_TOKEN\n",
        "shop/pytest.py": "from pytest import raises\n\n" + secret(),
        "shop/jobs.py": "from pytest import raises\nfrom shop import API_TOKEN\n" + secret("DB_PASSWORD"),
        "main.py": "from shop import API_TOKEN, jobs\n" + shows("API_TOKEN", "jobs.DB_PASSWORD"),
    }  # fmt: skip


def unlisted():
    """The same where no list names it."""
    return {name: text for name, text in celery().items() if name != "requirements.txt"}


def two_ways():
    return {"pyproject.toml": "", "shop/__init__.py": "", "shop/config.py": secret(),
            "shop/old.py": "import config\n" + shows("config.API_TOKEN"),
            "shop/new.py": "from shop import config\n" + shows("config.API_TOKEN")}  # fmt: skip


def script_and_entry_point():
    return {"pyproject.toml": '[project]\nname = "shop"\nscripts = {shop = "shop.cli:main"}\n', "shop/__init__.py": "",
            "shop/cli.py": secret() + GUARD}  # fmt: skip


def named_in_a_makefile():
    return {"pyproject.toml": "", "Makefile": "deploy:\n\tpython -m tools.deploy\n", "tools/deploy.py": secret() + GUARD}


def loaded_by_path():
    return {"pyproject.toml": "", "plugins/__init__.py": "", "plugins/one.py": secret() + shows("API_TOKEN"),
            "load.py": 'import runpy\n\nrunpy.run_path("plugins/one.py")\n'}  # fmt: skip


def only_sometimes():
    """An import that may not be reached proves nothing."""
    return {"pyproject.toml": "", "shop/__init__.py": "", "shop/base.py": "LENGTH = 20\n",
            "shop/one.py": "try:\n    from .base import LENGTH\nexcept ImportError:\n    LENGTH = 0\n\n" + secret() + GUARD}  # fmt: skip


def after_the_path_is_set():
    """The package can be imported only from there on."""
    return {"pyproject.toml": "", "lib/shop/__init__.py": "", "lib/shop/base.py": "LENGTH = 20\n", "bin/__init__.py": "",
            "bin/run.py": secret() + 'import sys\n\nsys.path.insert(0, "lib")\nfrom shop.base import LENGTH\n'
            + shows("API_TOKEN", "LENGTH")}  # fmt: skip


SHAPES.update({
    "celery": (celery, [(("main.py",), {})], ["shop"], []),
    "unlisted": (unlisted, [(("main.py",), {})], ["shop"], ["shop/pytest.py"]),
    "two-ways": (two_ways, [(("shop/old.py",), {}), (("-m", "shop.new"), {})], [], ["shop/config.py"]),
    "entry-point": (script_and_entry_point, [(("shop/cli.py",), {}), (("-m", "shop.cli"), {})], [], ["shop/cli.py"]),
    "makefile": (named_in_a_makefile, [(("tools/deploy.py",), {}), (("-m", "tools.deploy"), {})], [], ["tools/deploy.py"]),
    "by-path": (loaded_by_path, [(("load.py",), {})], [], ["plugins/one.py"]),
    "sometimes": (only_sometimes, [(("shop/one.py",), {}), (("-m", "shop.one"), {})], [], ["shop/one.py"]),
    "path-set": (after_the_path_is_set, [(("bin/run.py",), {}), (("-m", "bin.run"), {})], [], ["bin/run.py"]),
})  # fmt: skip


def runs(project, ways, env):
    found = []
    for arguments, more in ways:
        more = {name: str(project / value) for name, value in more.items()}
        done = project.python(*arguments, env={**env, **more})
        if "pytest" in arguments:
            assert done.returncode == 0, done.stdout + done.stderr
            found.append("passed")
        else:
            found.append((done.returncode, done.stdout, done.stderr))
    return found


# A module lands in the same place in both styles.
PLACED = [*((shape, "environ") for shape in list(SHAPES)[2::3]), *((shape, "module") for shape in SHAPES)]


@pytest.mark.parametrize("placed", support.some_thorough(PLACED, 14), ids="-".join)
def test_it_runs_in_every_way_as_before(placed, keylift, project, store):
    shape, style = placed
    make, ways, folders, inline = SHAPES[shape]
    for name, text in make().items():
        project.write(name, text)
    files = project.files()
    before = runs(project, ways, store.env)
    assert all(result == "passed" or result[0] == 0 for result in before), before
    migrate = ["migrate", *store.arguments, "--style", style, "--include-tests", "."]
    done = keylift(*migrate, cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    now = project.files()
    modules = sorted(os.path.dirname(name) or "." for name in now if os.path.basename(name) == "vault_secrets.py")
    assert modules == folders, done.stdout
    changed = [name for name in files if files[name] != now[name]]
    assert sorted(name for name in changed if b"vault_secrets" not in now[name]) == inline
    assert runs(project, ways, store.env) == before
    assert ("reads the vault by itself" in " ".join(done.stdout.split())) == bool(inline)

    again = keylift(*migrate, cwd=project)
    assert again.returncode == 0
    assert sources(project.files()) == sources(now)

    undone = keylift("undo", "--to", f"exec:{store.helper}", "--yes", cwd=project)
    assert undone.returncode == 0, undone.stdout + undone.stderr
    assert sources(project.files()) == sources(files)


def sources(files):
    """Without keylift's own journal, and without what the programs cache."""
    return {name: data for name, data in files.items() if not name.startswith(".keylift") and "__pycache__" not in name}


@pytest.mark.parametrize("mode", [0o644, 0o755])
def test_a_part_of_a_package_that_begins_like_a_script_is_one_if_it_may_be_executed(keylift, project, store, mode):
    project.write("pyproject.toml", "")
    project.write("shop/__init__.py", "from . import cron\n")
    project.write("shop/cron.py", "#!/usr/bin/env python\n" + secret()).chmod(mode)
    project.write("run.py", "import shop\n\nprint(shop.cron.API_TOKEN)\n")
    before = runs(project, [(("run.py",), {})], store.env)
    done = keylift("migrate", *store.arguments, "--style", "module", ".", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (project / "shop/vault_secrets.py").exists() == (mode == 0o644)
    assert ("get_secret" in project.read("shop/cron.py")) == (mode == 0o644)
    assert runs(project, [(("run.py",), {})], store.env) == before


def test_a_second_file_finds_the_same_module(keylift, project, store):
    project.write("pyproject.toml", "")
    project.write("shop/__init__.py", "")
    project.write("shop/a.py", "from . import b\n\n" + secret())
    project.write("shop/b.py", "")
    assert keylift("migrate", *store.arguments, "--style", "module", ".", cwd=project).returncode == 0
    module = project.read("shop/vault_secrets.py")
    project.write("shop/b.py", secret("DB_PASSWORD") + "\nfrom . import c\n")
    project.write("shop/c.py", "")
    assert keylift("migrate", *store.arguments, "--style", "module", ".", cwd=project).returncode == 0
    assert project.read("shop/vault_secrets.py") == module
    assert 'get_secret("DB_PASSWORD")' in project.read("shop/b.py")
    undone = keylift("undo", "--to", f"exec:{store.helper}", "--yes", cwd=project)
    assert undone.returncode == 0 and (project / "shop/vault_secrets.py").exists()


def test_the_list_of_names_grows_and_nothing_else_moves(keylift, project, store):
    project.write("pyproject.toml", "")
    project.write("shop/__init__.py", "")
    project.write("shop/a.py", "from . import b\n\n" + secret() + shows("API_TOKEN"))
    project.write("shop/b.py", "")
    migrate = ["migrate", *store.arguments, "--style", "environ", "."]
    assert keylift(*migrate, cwd=project).returncode == 0
    first = project.files()
    project.write("shop/b.py", 'import shop\n\nMAIL_TOKEN = b"' + support.made_stripe_key() + '"\n' + secret("DB_PASSWORD"))
    before = runs(project, [(("-m", "shop.a"), {})], store.env)
    source = project.files()
    done = keylift(*migrate, cwd=project)
    assert done.returncode == 0 and "vault_secrets.py gains" in done.stdout, done.stdout + done.stderr
    now = project.files()
    old, new = (files["shop/vault_secrets.py"].decode().splitlines() for files in (first, now))
    gained = [line for line in new if line not in old]
    assert gained == ['    "DB_PASSWORD",', "BYTES: list[str] = [", '    "MAIL_TOKEN",']
    assert [line for line in new if line in old and line != "]"] == [
        line for line in old if line not in ("]", "BYTES: list[str] = []")
    ]
    assert now["shop/a.py"] == first["shop/a.py"]
    assert runs(project, [(("-m", "shop.a"), {})], store.env) == before
    assert keylift(*migrate, cwd=project).returncode == 0
    assert sources(project.files()) == sources(now)
    # Undo takes the names away again, and then the module.
    undo = ["undo", "--to", f"exec:{store.helper}", "--yes"]
    runs_made = [json.loads(path.read_text().splitlines()[0]) for path in sorted((project / ".keylift/runs").iterdir())]
    assert len(runs_made) == 2
    assert keylift(*undo, cwd=project).returncode == 0
    assert sources(project.files()) == sources(source)


@pytest.mark.parametrize("taken", ["vault_secrets.py", "vault_secrets/__init__.py"])
def test_what_is_there_under_the_name_stays(taken, keylift, project, store):
    project.write("app.py", secret() + shows("API_TOKEN"))
    project.write("requirements.txt", "")
    project.write(taken, "THEIRS = 1\n")
    before = runs(project, [(("app.py",), {})], store.env)
    done = keylift("migrate", *store.arguments, "--style", "module", ".", cwd=project)
    assert done.returncode == 0 and "taken there by something else" in " ".join(done.stdout.split())
    assert project.read(taken) == "THEIRS = 1\n" and "get_secret" not in project.read("app.py")
    assert runs(project, [(("app.py",), {})], store.env) == before


def test_the_name_of_the_module_can_be_chosen(keylift, project, store):
    project.write("app.py", secret() + shows("API_TOKEN"))
    project.write("requirements.txt", "")
    project.write("vault_secrets.py", "THEIRS = 1\n")
    before = runs(project, [(("app.py",), {})], store.env)
    arguments = [*store.arguments, "--style", "module", "--module-name"]
    for bad in ("json", "a-b", "a.b", "1a", ""):
        refused = keylift("migrate", *arguments, bad, ".", cwd=project)
        assert refused.returncode == 2 and "--module-name" in refused.stderr
    assert keylift("migrate", *arguments, "credentials", ".", cwd=project).returncode == 0
    assert "from credentials import get_secret\n" in project.read("app.py")
    assert runs(project, [(("app.py",), {})], store.env) == before


def test_a_vault_that_is_the_environment_needs_no_module(keylift, project):
    project.write("app.py", secret())
    for vault, style in (("environ", "module"), ("environ", "environ"), ("dotenv", "environ")):
        refused = keylift("plan", "--to", vault, "--style", style, ".", cwd=project)
        assert refused.returncode == 2 and "needs no module" in refused.stderr


def test_dotenv_has_its_module_on_demand(keylift, project):
    project.write("app.py", secret() + shows("API_TOKEN"))
    project.write("requirements.txt", "")
    before = project.python("app.py").stdout
    assert keylift("migrate", "--style", "module", "--yes", ".", cwd=project).returncode == 0
    assert "from env_secrets import environ\n" in project.read("app.py")
    assert project.python("app.py").stdout == before


def test_the_tree_is_not_left(keylift, project, store):
    """A relative import that leads out of the project proves nothing that may be written there."""
    project.write("inner/pyproject.toml", "")
    project.write("inner/shop/__init__.py", "")
    project.write("inner/shop/a.py", "from ... import above\n\n" + secret())
    done = keylift("migrate", *store.arguments, "--style", "module", ".", cwd=project / "inner")
    assert done.returncode == 0
    assert not [name for name in project.files() if "vault_secrets" in name]


def test_the_plan_says_it_in_json(keylift, project, store):
    project.write("pyproject.toml", "")
    project.write("plugins/__init__.py", "")
    project.write("plugins/one.py", secret())
    done = keylift("plan", *store.arguments[:2], "--style", "module", "--format", "json", ".", cwd=project)
    [file] = json.loads(done.stdout)["files"]
    assert "no import of a module is sure to work" in file["inline"]


@pytest.mark.parametrize("style", ["module", "environ"])
def test_a_reviewed_plan_makes_what_migrate_makes(style, keylift, project, store, tmp_path):
    for name, text in flat_layout().items():
        project.write(name, text)
    source, plan = project.files(), tmp_path / "plan.json"
    planned = keylift("plan", *store.arguments[:2], "--style", style, "-o", plan, ".", cwd=project)
    assert planned.returncode == 0 and sources(project.files()) == source
    applied = keylift("apply", plan, *store.arguments, cwd=project)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    by_plan = sources(project.files())
    assert keylift("undo", "--to", f"exec:{store.helper}", "--yes", cwd=project).returncode == 0
    assert sources(project.files()) == source
    assert keylift("migrate", *store.arguments, "--style", style, ".", cwd=project).returncode == 0
    assert sources(project.files()) == by_plan
