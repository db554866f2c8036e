"""The rules in rules/, and the notation of their examples (docs/ADDING-A-RULE.md) read once more: for the tests
and for bench/detect, with characters that differ from run to run."""

import base64
import pathlib
import string
import tomllib

RULES = pathlib.Path(__file__).resolve().parents[1] / "rules"

ALPHABETS = {
    "digit": string.digits,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "letter": string.ascii_letters,
    "alnum": string.ascii_letters + string.digits,
    "loweralnum": string.ascii_lowercase + string.digits,
    "upperalnum": string.ascii_uppercase + string.digits,
    "hex": string.hexdigits[:16],
    "upperhex": string.digits + "ABCDEF",
    "base32": string.ascii_uppercase + "234567",
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "b64": string.ascii_letters + string.digits + "+/",
    "b64url": string.ascii_letters + string.digits + "-_",
}
ENCODERS = {
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hexof": lambda text: text.encode().hex(),
}


def all_rules():
    for path in sorted(RULES.glob("*.toml")):
        yield from tomllib.loads(path.read_text("utf-8"))["rule"]


def prefixes(rule):
    given = rule.get("prefix", [])
    return [given] if isinstance(given, str) else given


def field(inside, chance):
    if not inside:
        return ""
    name, _, argument = inside.partition(":")
    if name in ENCODERS:
        return ENCODERS[name](argument)
    return "".join(chance.choice(ALPHABETS[name]) for _ in range(int(argument)))


def expand(example, chance):
    out, i = "", 0
    while i < len(example):
        if example[i : i + 2] in ("{{", "}}"):
            out, i = out + example[i], i + 2
        elif example[i] == "{":
            depth, end = 1, i + 1
            while depth:
                depth += {"{": 1, "}": -1}.get(example[end], 0)
                end += 1
            out, i = out + field(example[i + 1 : end - 1], chance), end
        else:
            out, i = out + example[i], i + 1
    return out
