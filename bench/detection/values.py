"""Secrets made up for one run: tokens with a provider's shape, and values that only a name, a function or
their own randomness gives away."""

import base64
import re
import string
import sys
import uuid
import zlib
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from rule_examples import all_rules, expand  # noqa: E402

PROVIDER = "provider token"  # a rule knows it
TELLING = "telling name"
SINK = "telling function"  # the function that gets it, or what its variable is used as
BARE = "random, neither"
FAMILIES = [PROVIDER, TELLING, SINK, BARE]

ALNUM = string.ascii_letters + string.digits
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


@dataclass
class Secret:
    family: str
    kind: str  # the rule's id, or how the value is made
    name: str  # what it is called where it is planted; "" where nothing is to be said of that
    value: str


# ---- tokens with a shape ----


def with_checksum(token):
    """GitHub's and npm's: the last six characters are the CRC-32 of those after the underscore."""
    prefix, _, body = token.partition("_")
    rest = zlib.crc32(body[:-6].encode())
    digits = ""
    for _ in range(6):
        digits = BASE62[rest % 62] + digits
        rest //= 62
    return f"{prefix}_{body[:-6]}{digits}"


def token_of(rule, text):
    """The token alone, where the pattern asks for nothing around it."""
    try:
        found = re.search(rule["pattern"], text)
    except re.error:
        return text
    if not found or not found.re.groups or found.group(0) != found.group(1):
        return text
    token = found.group(1)
    return with_checksum(token) if rule.get("check") == "crc32-base62" else token


ORDINARY_NAMES = ["value", "settings", "entry", "payload", "item", "data", "option", "field_value", "text", "param"]


class Tokens:
    """A token of each rule in turn, so that every rule has its share."""

    def __init__(self, chance):
        self.chance = chance
        self.rules = list(all_rules())
        chance.shuffle(self.rules)
        self.next = 0

    def draw(self):
        rule = self.rules[self.next % len(self.rules)]
        self.next += 1
        text = expand(self.chance.choice(rule["find"]), self.chance)
        if "name_words" in rule:
            name, _, text = text.partition("=")
            return Secret(PROVIDER, rule["id"], name, text)
        return Secret(PROVIDER, rule["id"], "", token_of(rule, text))


# ---- values without one ----

WORDS = (
    "dragon summer winter garden silver tiger coffee monday purple rocket bridge castle forest planet marble "
    "wizard banana cherry thunder falcon yellow spring hockey flower ginger guitar orange sunset pepper mountain"
).split()


def drawn(chance, alphabet, length):
    return "".join(chance.choice(alphabet) for _ in range(length))


def human(chance):
    """A password that a person thinks out, and a form accepts."""
    word = chance.choice(WORDS)
    word = word.capitalize() if chance.random() < 0.6 else word.replace("e", "3").replace("o", "0")
    return word + str(chance.randrange(10, 2030)) + chance.choice(["!", "#", "$", "?", "@", "!!", "*"])


def weak(chance):
    return chance.choice(WORDS) + str(chance.randrange(1, 1000))


def strong(chance):
    length = chance.randrange(12, 24)
    signs = "!#$%&*+-=?@^_~"
    value = [chance.choice(string.ascii_lowercase), chance.choice(string.ascii_uppercase), chance.choice(string.digits)]
    value += [chance.choice(ALNUM + signs) for _ in range(length - 3)]
    chance.shuffle(value)
    return "".join(value)


MACHINE = {
    "hex": lambda c: drawn(c, "0123456789abcdef", c.choice([32, 40, 48, 64])),
    "letters and digits": lambda c: drawn(c, ALNUM, c.randrange(20, 65)),
    "lower and digits": lambda c: drawn(c, string.ascii_lowercase + string.digits, c.randrange(24, 49)),
    "base64": lambda c: base64.b64encode(c.randbytes(c.choice([18, 24, 32, 48, 64]))).decode(),
    "base64 for URLs": lambda c: base64.urlsafe_b64encode(c.randbytes(c.choice([24, 32, 48]))).decode().rstrip("="),
    "uuid": lambda c: str(uuid.UUID(bytes=c.randbytes(16), version=4)),
    "with signs": lambda c: drawn(c, string.ascii_lowercase + string.digits + "!@#$%^&*(-_=+)", 50),
}
PASSWORDS = {"password, strong": strong, "password, thought out": human, "password, a word and digits": weak}

PASSWORD_NAMES = "password db_password PASSWORD adminPassword smtp_pass passwd DATABASE_PWD root_password passphrase".split()
KEY_NAMES = (
    "api_key API_KEY secret_key SECRET_KEY access_token authToken client_secret signing_key encryption_key "
    "webhook_secret private_key refresh_token BOT_TOKEN apiSecret jwt_secret service_key github_token"
).split()


def telling(chance):
    if chance.random() < 0.4:
        kind = chance.choice(list(PASSWORDS))
        return Secret(TELLING, kind, chance.choice(PASSWORD_NAMES), PASSWORDS[kind](chance))
    kind = chance.choice(list(MACHINE))
    return Secret(TELLING, kind, chance.choice(KEY_NAMES), MACHINE[kind](chance))


def for_sink(chance):
    if chance.random() < 0.5:
        kind = chance.choice(["password, strong", "password, thought out"])
        return Secret(SINK, kind, "", PASSWORDS[kind](chance))
    kind = chance.choice([k for k in MACHINE if k != "uuid"])
    return Secret(SINK, kind, "", MACHINE[kind](chance))


def bare(chance):
    kind = chance.choice([k for k in MACHINE if k != "uuid"])  # one alone is an id
    return Secret(BARE, kind, "", MACHINE[kind](chance))
