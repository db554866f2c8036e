"""Fields and defaults that a library reads (attrs, pydantic, Django, click, typer, argparse, dataclasses, NamedTuple):
the value moves, and the library, the real one, does with it what it did."""

import textwrap

from support import made_password

# Each file shows what its library makes of the default, and of another value in its place.
FILES = {
    "with_attrs": '''\
        import attrs


        @attrs.define
        class Login:
            user: str
            password: str = "{password}"
            db_password: str = attrs.field(default="{db_password}", repr=False)


        def shown():
            login = Login("bob")
            return [attrs.asdict(login), repr(login), attrs.evolve(login, password="x").password]
        ''',
    "with_pydantic": '''\
        from pydantic import BaseModel, Field, ValidationError


        class Login(BaseModel):
            user: str
            password: str = "{password}"
            db_password: str = Field(default="{db_password}", min_length=4)


        def shown():
            try:
                Login(user="bob", db_password="x")
            except ValidationError as error:
                wrong = error.error_count()
            schema = Login.model_json_schema()["properties"]
            return [Login(user="bob").model_dump_json(), Login(user="b", password="x").password, wrong, schema]
        ''',
    "with_django": '''\
        import django
        from django.conf import settings

        settings.configure(INSTALLED_APPS=[])
        django.setup()

        from django.db import models


        class Login(models.Model):
            password = models.CharField(max_length=40, default="{password}")
            db_password = models.CharField(max_length=40, default="{db_password}")

            class Meta:
                app_label = "shop"


        def shown():
            login = Login()
            fields = [field.deconstruct()[3] for field in Login._meta.fields]
            return [login.password, login.db_password, Login(password="x").password, fields]
        ''',
    "with_click": '''\
        import click
        from click.testing import CliRunner


        @click.command()
        @click.option("--password", default="{password}", help="What the server asks for.")
        @click.option("--db-password", default="{db_password}", show_default=True)
        def login(password, db_password):
            click.echo(f"{{password}} {{db_password}}")


        def shown():
            return [CliRunner().invoke(login, words).output for words in ([], ["--password", "x"], ["--help"])]
        ''',
    "with_typer": '''\
        import typer
        from typer.testing import CliRunner

        app = typer.Typer()


        @app.command()
        def login(password: str = "{password}", db_password: str = typer.Option("{db_password}", show_default=False)):
            print(password, db_password)


        def shown():
            return [CliRunner().invoke(app, words).output for words in ([], ["--password", "x"])]
        ''',
    "with_argparse": '''\
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--password", default="{password}")
        parser.add_argument("--db-password", default="{db_password}", help="until the end of the year: %(default)s")


        def shown():
            return [parser.parse_args([]), parser.parse_args(["--password", "x"]), parser.format_help()]
        ''',
    "with_dataclasses": '''\
        import dataclasses


        @dataclasses.dataclass(frozen=True)
        class Login:
            user: str
            password: str = "{password}"
            db_password: str = dataclasses.field(default="{db_password}", repr=False)


        def shown():
            login = Login("bob")
            fields = [(field.name, field.default) for field in dataclasses.fields(Login)[1:]]
            return [login, login == Login("bob", password="x"), dataclasses.astuple(login), fields]
        ''',
    "with_namedtuple": '''\
        from typing import NamedTuple


        class Login(NamedTuple):
            user: str
            password: str = "{password}"
            db_password: str = "{db_password}"


        def shown():
            return [Login("bob"), Login("bob", "x"), Login._field_defaults]
        ''',
}
MAIN = "".join(f"import {name}\n" for name in FILES) + "\nfor module in ({},):\n    print(module.__name__, module.shown())\n"


def test_a_field_of_a_library_means_what_it_meant(keylift, project):
    values = []
    for name, text in FILES.items():
        own = {"password": made_password(), "db_password": made_password()}
        values += own.values()
        project.write(f"{name}.py", textwrap.dedent(text).format(**own))
    project.write("main.py", MAIN.format(", ".join(FILES)))
    sources = project.files()
    # Help is folded at the width of the terminal: wide enough for any value.
    before = project.python("main.py", env={"COLUMNS": "200"})
    assert before.returncode == 0, before.stderr
    assert all(value in before.stdout for value in values)
    run = keylift("migrate", "--yes", ".", cwd=project)
    assert run.returncode == 0, run.stdout + run.stderr
    moved = {name: text for name, text in project.files().items() if name.endswith(".py")}
    assert not any(value.encode() in text for value in values for text in moved.values())
    assert all(moved[f"{name}.py"].count(b"environ") == 2 for name in FILES), moved
    after = project.python("main.py", env={"COLUMNS": "200"})
    assert after.returncode == 0, after.stderr
    assert after.stdout.splitlines() == before.stdout.splitlines()
    assert keylift("undo", "--yes", cwd=project).returncode == 0
    assert {name: text for name, text in project.files().items() if name in sources} == sources
