# Contexts in which words that tell of secrets hold none.
import argparse, enum, logging
from typing import Literal
import pytest
if request.args["password"] == "letmein": pass
if request.GET.get("token") == "refresh": pass
schema = {"password": {"type": "string", "minLength": 8}, "token": "string", "secret": "required"}
schema2 = {"password": "string", "api_key": "str", "access_token": "varchar"}
parser = argparse.ArgumentParser()
parser.add_argument("--password", help="the password of the user", metavar="PASSWORD", default=None)
parser.add_argument("--token", help="token", dest="token")
log.info("password=%s", password)
logging.debug("token: refreshed")
label = _("Password")
password_label = _("Enter your password")
msgs = {"password": "Passwort", "secret": "Geheimnis", "token": "Jeton"}
class Kind(enum.Enum):
    PASSWORD = "password"
    TOKEN = "bearer"
    SECRET = "client_secret_basic"
def f(kind: Literal["password", "token"], password: Literal["plain", "hashed"]): ...
HEADERS = {"X-Auth-Token": "X-Subject-Token", "token_header": "X-Api-Key"}
AUTH_TOKEN_HEADER = "X-Auth-Token"
password = Column("password", String(64))
secret = db.Column("secret_hash", db.String)
password = models.CharField("password", max_length=128)
@pytest.mark.parametrize("password, ok", [("short", False), ("longenough1", True)])
def test_password(password, ok): ...
grant_type = "password"
token_url = "https://example.org/oauth/token"
public_key = "ssh-rsa AAAAB3Nza"
password = None
d = {"password": "Password"}
monkey = "banana1"
PASSWORD_RESET_TEMPLATE = "registration/password_reset.html"
token_type = "Bearer"
secret_name = "prod/db/main"
password_field = "user_password"
