"""Where a secret may stand (section by section as in docs/detection.md): each place makes the text that is put
into a file. «n» is its name, «v» the literal, «V» what the literal holds without quotes, «i» a number that keeps
the names of one file apart."""

import base64
import json
import re
from dataclasses import dataclass


@dataclass
class Place:
    name: str
    text: str
    needs_name: bool = False  # says nothing without a name that tells
    file: str = ""  # of another format: its name
    takes_key: bool = False  # of a function: a key or token, which no person thinks out


def is_plain(value):
    """Can stand between quotes as it is, and in f-strings and % too."""
    return not any(c in "\\\"'{}%\n\r" for c in value)


PYTHON = [
    Place("assignment", "«n» = «v»"),
    Place("assignment, annotated", "«n»: str = «v»"),
    Place("assignment, chained", "copy_«i» = «n» = «v»"),
    Place("assignment, unpacked", "user_«i», «n» = 'worker', «v»"),
    Place("assignment, walrus", "if («n» := «v»):\n    print(len(«n»))"),
    Place("assignment, conditional", "«n» = «v» if DEBUG_«i» else None"),
    Place("attribute", "class Settings_«i»:\n    def __init__(self):\n        self.«n» = «v»"),
    Place("class field", "class Fields_«i»:\n    host: str = 'localhost'\n    «n»: str = «v»"),
    Place("subscript", "conf_«i» = {}\nconf_«i»['«n»'] = «v»"),
    Place("dict value", "conf_«i» = {'host': 'localhost', '«n»': «v», 'port': 8080}"),
    Place("dict value, nested", "conf_«i» = {'main': {'retries': 3,\n    '«n»': «v»}}"),
    Place("dict()", "conf_«i» = dict(host='localhost', «n»=«v»)"),
    Place("keyword argument", "run_«i» = open_session(host='localhost', «n»=«v»)"),
    Place("default argument", "def open_«i»(host, «n»=«v»):\n    return host, «n»"),
    Place("lambda default", "open_«i» = lambda host, «n»=«v»: host"),
    Place("return", "def get_«n»():\n    return «v»"),
    Place("comparison", "def check_«i»(«n»):\n    return «n» == «v»"),
    Place("f-string", "«n» = f'«V»{SUFFIX_«i»}'"),
    Place("% formatting", "«n» = '«V»%s' % SUFFIX_«i»"),
    Place("concatenation, implicit", "«n» = (\n    «v1»\n    «v2»\n)"),
    Place("concatenation, +", "«n» = «v1» + «v2»"),
    Place("bytes", "«n» = b«v»"),
    Place("raw string", "«n» = r'«V»'"),
    Place("triple-quoted", "«n» = '''«V»'''"),
    Place("decoded from base64", "«n» = base64.b64decode('«b64»')", needs_name=True),
    Place("environment, written", "os.environ['«n»'] = «v»"),
    Place("environment, fallback", "«n» = os.getenv('SETTING_«i»', «v»)"),
    Place("or fallback", "«n» = os.environ.get('SETTING_«i»') or «v»"),
    Place("command line default", "parser.add_argument('--«n»', default=«v»)"),
    Place("setattr", "setattr(conf, '«n»', «v»)"),
    Place("comment", "# «n» = «v»"),
]
# Where no name is: for tokens with a shape and for random values.
NAMELESS = [
    Place("list element", "items_«i» = ['first', «v», 'last']"),
    Place("tuple element", "items_«i» = (1, «v»)"),
    Place("set element", "items_«i» = {«v», 'other'}"),
    Place("positional argument", "send_«i»('first', «v»)"),
    Place("return", "def current_«i»():\n    return «v»"),
    Place("expression", "result_«i» = prepare(«v»)[0]"),
]
TOKENS_ONLY = [
    Place("docstring", "def explain_«i»():\n    '''Call it with «V» as the last word.'''"),
    Place("comment, prose", "# it was «V» before"),
    Place("URL", "url_«i» = 'https://api.shop.io/v1/items/«V»/list'"),
    Place("command", "subprocess_«i» = ['deploy', '--with=«V»']"),
]
SINKS = [
    Place("HTTPBasicAuth", "auth_«i» = HTTPBasicAuth('worker', «v»)"),
    Place("aiohttp.BasicAuth", "auth_«i» = aiohttp.BasicAuth('worker', «v»)"),
    Place("auth=(…, x)", "answer_«i» = requests.get(URL_«i», auth=('worker', «v»))"),
    Place("smtp.login", "smtp_«i».login('worker', «v»)"),
    Place("ftplib.FTP", "ftp_«i» = ftplib.FTP('files.shop.io', 'worker', «v»)"),
    Place("pymysql.connect", "db_«i» = pymysql.connect('localhost', 'root', «v»)"),
    Place("MySQLdb.connect", "db_«i» = MySQLdb.connect('localhost', 'root', «v»)"),
    Place("redis.Redis", "cache_«i» = redis.Redis('localhost', 6379, 0, «v»)"),
    Place("ssh.connect", "ssh = paramiko.SSHClient()\nssh.connect('shop.io', 22, 'worker', «v»)"),
    Place("jwt.encode", "signed_«i» = jwt.encode({'sub': '1'}, «v»)", takes_key=True),
    Place("hmac.new", "digest_«i» = hmac.new(b«v», b'message', 'sha256')", takes_key=True),
    Place("AES.new", "cipher_«i» = AES.new(b«v», AES.MODE_GCM)", takes_key=True),
    Place("Fernet", "box_«i» = Fernet(«v»)", takes_key=True),
    Place("Github", "hub_«i» = Github(«v»)", takes_key=True),
    Place("WebClient", "slack_«i» = WebClient(«v»)", takes_key=True),
    Place("twilio.rest.Client", "phone_«i» = twilio.rest.Client(ACCOUNT, «v»)", takes_key=True),
    Place("ClientSecretCredential", "login_«i» = ClientSecretCredential(TENANT, CLIENT, «v»)", takes_key=True),
    Place("URLSafeSerializer", "signer_«i» = URLSafeSerializer(«v»)", takes_key=True),
    Place("set_password", "user_«i».set_password(«v»)"),
    Place("keyring.set_password", "keyring.set_password('shop', 'worker', «v»)"),
    Place("Authorization: Bearer", "headers_«i» = {'Authorization': 'Bearer «V»'}", takes_key=True),
    Place("variable, password=x", "seed_«i» = «v»\nconnect(host='db', password=seed_«i»)"),
    Place("variable, api_key=x", "seed_«i» = «v»\nclient_«i» = Client(api_key=seed_«i»)", takes_key=True),
    Place("variable, auth=(…, x)", "seed_«i» = «v»\nrequests.get('https://shop.io', auth=('worker', seed_«i»))"),
    Place("variable, Bearer {x}", "seed_«i» = «v»\nheaders_«i» = {'Authorization': f'Bearer {seed_«i»}'}", takes_key=True),
    Place("variable, Fernet(x)", "seed_«i» = «v»\nbox_«i» = Fernet(seed_«i»)", takes_key=True),
    Place("variable, dict value", "seed_«i» = «v»\nconf_«i» = {'client_secret': seed_«i»}", takes_key=True),
    Place("variable, environment", "seed_«i» = «v»\nos.environ['DB_PASSWORD'] = seed_«i»"),
]
FILES = [
    Place(".env", "HOST=localhost\n«n»=«V»\nPORT=8080\n", file=".env"),
    Place(".env, quoted", 'HOST=localhost\nexport «n»="«V»"\nPORT=8080\n', file=".env.production"),
    Place("INI", "[main]\nhost = localhost\n«n» = «V»\n", file="settings.ini"),
    Place("TOML", 'host = "localhost"\n\n[main]\n«n» = "«V»"\n', file="settings.toml"),
    Place("YAML", "main:\n  host: localhost\n  «n»: «V»\n", file="settings.yaml"),
    Place("YAML, quoted", "main:\n  - host: localhost\n    «n»: '«V»'\n", file="compose.yml"),
    Place("JSON", '{\n  "host": "localhost",\n  "main": {"«n»": «j»}\n}\n', file="settings.json"),
    Place("properties", "app.host=localhost\napp.«n»=«V»\n", file="application.properties"),
    Place("Dockerfile", "FROM debian\nENV «n»=«V»\nRUN true\n", file="Dockerfile"),
    Place("shell", "#!/bin/sh\nset -e\nexport «n»='«V»'\nrun\n", file="start.sh"),
    Place("notebook", "«notebook»", file="analysis.ipynb"),
]


def notebook(code):
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": code.splitlines(True)}
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return json.dumps({"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def fits(place, value):
    """May this value be written there, and would a person write it there?"""
    plain = is_plain(value) and value.isascii()
    if place.name == "URL":
        return re.fullmatch(r"[\w.~:-]+", value) is not None  # others would be percent-encoded
    if "«V»" in place.text:
        unquoted = place.file and "'" not in place.text and '"«V»"' not in place.text
        return plain and not (unquoted and any(c in " #;&|<>()$*?!`:=,[]@^~" for c in value))
    if "«v1»" in place.text or "b«v»" in place.text or place.name in ("comment", "decoded from base64"):
        return plain
    return True


def written(place, name, value, number):
    """The text of the place, with the secret in it."""
    if place.name == "notebook":
        return notebook(f"host = 'localhost'\n{name} = {value!r}\nprint(host)\n")
    half = len(value) // 2
    parts = {
        "«n»": name,
        "«v»": repr(value),
        "«V»": value,
        "«v1»": repr(value[:half]),
        "«v2»": repr(value[half:]),
        "«b64»": base64.b64encode(value.encode()).decode(),
        "«j»": json.dumps(value),
        "«i»": str(number),
    }
    text = place.text
    for mark, part in parts.items():
        if mark not in ("«V»", "«v»"):
            text = text.replace(mark, part)
    return text.replace("«v»", parts["«v»"]).replace("«V»", value)
