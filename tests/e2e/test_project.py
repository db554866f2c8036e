"""A whole project as a team would have it: Django, Flask, a package, scripts, notebooks, tests, other formats.

It is migrated as a whole, runs before and after with the same output, comes back byte for byte with undo, and
what stays is named. All values are made when the test runs.
"""

import json
import textwrap

import pytest

from support import made, made_aws_id, made_password, made_stripe_key

# Prints what every part of the project holds, without printing a value.
REPORT = """\
import hashlib, importlib, os, runpy, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
os.environ["DJANGO_SETTINGS_MODULE"] = "site_.settings"


def mark(value):
    data = value if isinstance(value, bytes) else str(value).encode()
    return type(value).__name__ + " " + hashlib.sha256(data).hexdigest()[:12]


from django.conf import settings
import shop.mail, shop.pay, shop.stock, shop.tools
from flaskapp import create_app

print("django", mark(settings.SECRET_KEY), mark(settings.DATABASES["default"]["PASSWORD"]))
print("pay", [mark(v) for v in shop.pay.everything()])
print("mail", shop.mail.Mailer().login(), shop.mail.check("x"))
print("stock", [mark(v) for v in shop.stock.values()])
app = create_app()
print("flask", mark(app.secret_key), app.test_client().get("/?token=nothing").status_code)
for name in sorted(os.listdir("scripts")):
    if name.endswith(".py"):
        print(name)
        runpy.run_path(os.path.join("scripts", name), run_name="__main__")
print(shop.tools.__doc__, shop.pay.__doc__)
"""


def files_of(v):
    """{path: text}. Each value stands where people really put it."""
    digest = "import hashlib\ndef mark(v): return hashlib.sha256(v if isinstance(v, bytes) else v.encode()).hexdigest()[:12]\n"
    return {
        "README.md": "# Shop\n",
        "pyproject.toml": '[project]\nname = "web-shop"\nversion = "1"\n',
        "requirements.txt": "django\nflask\n",
        ".gitignore": "*.pyc\n__pycache__/\n",
        "config/app.yaml": "debug: true\nname: shop\n",
        "deploy/Dockerfile": "FROM python:3\nRUN pip install .\n",
        "report.py": REPORT,
        "manage.py": "#!/usr/bin/env python\nimport os, sys\nif __name__ == '__main__':\n"
                     "    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_.settings')\n"
                     "    from django.core.management import execute_from_command_line\n"
                     "    execute_from_command_line(sys.argv)\n",
        "site_/__init__.py": "",
        "site_/settings.py": f'''\
            """Settings of the site."""
            from pathlib import Path

            BASE_DIR = Path(__file__).resolve().parent.parent
            SECRET_KEY = '{v["django"]}'
            DEBUG = False
            ROOT_URLCONF = "site_.urls"
            DATABASES = {{
                "default": {{
                    "ENGINE": "django.db.backends.sqlite3",
                    "NAME": BASE_DIR / "db.sqlite3",
                    "PASSWORD": "{v["database"]}",
                }}
            }}
            ''',
        "site_/urls.py": "urlpatterns = []\n",
        "site_/wsgi.py": "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application\n",
        "shop/__init__.py": "",
        "shop/py.typed": "",
        "shop/tools.py": '"""Nothing secret."""\nimport os\nREGION = os.environ.get("SHOP_REGION", "eu")\n',
        "shop/pay.py": f'''\
            # Copyright the shop.
            """Payments."""
            from __future__ import annotations

            from typing import TYPE_CHECKING

            from . import tools

            if TYPE_CHECKING:
                import os

            STRIPE_API_KEY: str = "{v["stripe"]}"
            stored = [tools.REGION]


            class Client:
                api_token = u'{v["token"]}'
                os = "linux"

                def __init__(self, *, signing_key=b"{v["signing"]}", region="eu"):
                    self.signing_key = signing_key
                    self.region = region


            def everything():
                if (refresh_token := "{v["refresh"]}"):
                    stored.append(refresh_token)
                return [STRIPE_API_KEY, Client.api_token, Client().signing_key, Client.os, *stored]
            ''',
        "shop/mail.py": f'''\
            from shop import tools


            class Mailer:
            \tpassword = ("{v["mail"][:9]}"
            \t            "{v["mail"][9:]}")

            \tdef login(self, os=None):
            \t\tsmtp_password = r"{v["mail"]}"
            \t\treturn smtp_password == self.password, os


            def check(token):
                return token == "{v["token"]}"
            ''',
        "shop/stock.py": "from . import tools\r\nimport os as system\r\n\r\n"
                         f'ACCESS = {{"aws_access_key_id": "{v["aws_id"]}",\r\n'
                         f'          "aws_secret_access_key": "{v["aws_key"]}"}}\r\n'
                         f'system.environ["STOCK_TOKEN"] = "{v["stock"]}"\r\n'
                         "def values():\r\n\treturn [*ACCESS.values(), system.environ['STOCK_TOKEN']]\r\n",
        "shop/stock.pyi": f'ACCESS: dict[str, str]\nDEFAULT_TOKEN = "{v["stub"]}"\n',
        "shop/vendor/__init__.py": "",
        "shop/kinds.py": f'from enum import Enum\nclass Kind(Enum):\n    API_TOKEN = "{v["enum"]}"\n',
        "flaskapp.py": f'''\
            from flask import Flask, request

            api_tokens = ["{v["flask_token"]}"]


            def create_app():
                app = Flask(__name__)
                app.config.update(SECRET_KEY="{v["flask"]}", DEBUG=False)

                @app.get("/")
                def index():
                    return ("yes", 200) if request.args["token"] in api_tokens else ("no", 403)

                return app
            ''',
        "scripts/load.py": digest + f'import os\npassword = os.environ.get("LOAD_PASSWORD") or "{v["load"]}"\nprint(mark(password))',
        "scripts/one.py": f'import hashlib; api_key = "{v["one"]}"; print(hashlib.sha256(api_key.encode()).hexdigest())',
        "scripts/old.py": b"# -*- coding: latin-1 -*-\n# \xfcber\napi_key = '%s'\nprint(len(api_key), '\xe9' == u'\\xe9')\n"
                          % v["old"].encode(),
        "scripts/marked.py": b"\xef\xbb\xbf" + digest.encode() + f'def run(api_secret="{v["marked"]}"):\n\tprint(mark(api_secret))\nrun()\n'.encode(),
        "scripts/silent.py": f'demo_password = "{v["silenced"]}"  # keylift: ignore\nprint(len(demo_password))\n',
        "scripts/joined.py": digest + f'api_secret = (\n    "{v["joined"][:10]}" +\n    "{v["joined"][10:]}"\n)\nprint(mark(api_secret))\n',
        "scripts/text.py": f'host = "db"\nurl = f"postgres://app:{v["in_url"]}@{{host}}/shop"\nprint(len(url))\n',
        "notebooks/explore.ipynb": json.dumps({
            "cells": [{"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [],
                       "source": ["import os\n", f'api_secret = "{v["notebook"]}"\n']}],
            "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}, indent=1),
        "tests/test_pay.py": f'def test_key():\n    api_key = "{v["test"]}"\n    assert api_key\n',
        "tests/conftest.py": "import sys\n",
    }  # fmt: skip


STAYS = {"stub", "enum", "silenced", "test"}


@pytest.fixture
def values():
    names = ("django database token signing refresh aws_key stock stub enum flask flask_token load one old marked "
             "silenced joined in_url notebook test").split()
    found = {name: made(length=32) for name in names}
    found.update(stripe=made_stripe_key(), aws_id=made_aws_id(), mail=made_password())
    return found


@pytest.fixture
def shop(project, values):
    for name, text in files_of(values).items():
        project.write(name, text if isinstance(text, bytes) or "\r" in text else textwrap.dedent(text))
    assert len(project.files()) >= 30
    return project.git_init().commit()


def output_of(project):
    run = project.python("report.py")
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_a_whole_project_means_the_same_after_a_migration_and_comes_back_with_undo(keylift, shop, values):
    before, original = output_of(shop), shop.files()
    run = keylift("migrate", "--yes", ".", cwd=shop)
    said = run.stdout + run.stderr
    assert run.returncode == 1, said
    assert not [name for name, value in values.items() if value in said]
    after = shop.files()
    code = b"".join(data for name, data in after.items() if name != ".env")
    assert {name for name, value in values.items() if value.encode() in code} == STAYS, said
    for place in ("stock.pyi", "kinds.py", "text.py", "explore.ipynb", "test_pay.py"):
        assert place in said
    assert output_of(shop) == before
    assert "no issues" in shop.python("manage.py", "check").stdout
    assert ".env\n" not in shop.git("status", "--porcelain", "-uall")

    again = keylift("migrate", "--yes", ".", cwd=shop)
    assert again.returncode == 1
    assert {k: v for k, v in shop.files().items() if "__pycache__" not in k} == after

    assert keylift("undo", "--yes", cwd=shop).returncode == 0
    assert {name: data for name, data in shop.files().items() if name in original and name != ".gitignore"} == {
        name: data for name, data in original.items() if name != ".gitignore"}
    assert set(shop.files()) - set(original) == {".env"}
    assert output_of(shop) == before
