import os as o
from os import environ, getenv

import typer
from decouple import config
from dotenv import load_dotenv

load_dotenv()
DEBUG = environ.get("DEBUG", "0")
PASSWORD = o.environ["DATABASE_PASSWORD"]
REGION = getenv("REGION", default_region())
SECRET_KEY = config("SECRET_KEY")
for name in ("A", "B"):
    print(environ[name])
del environ["DEBUG"]


def main(token: str = typer.Option(..., envvar="SHOP_TOKEN")):
    environ["STARTED"] = "1"
