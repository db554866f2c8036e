"""The files whose scan is counted in instructions: the same bytes on every machine, made when asked for, because
a file with so many made-up tokens must not lie in a repository.

Numbers come from random.random() alone, whose sequence Python promises for a seed.
"""

import json
import random

WORDS = ("account amount answer batch buffer cache client column count customer default device element entry error event "
         "field filter folder group handler header index item label length level limit line list message method model "
         "number object option order packet page parent path price query queue record region report request result row "
         "sample schema section service session size source stage state status step stream table target task text "
         "thread total unit update user value version view width window worker").split()  # fmt: skip
LOWER = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
ALNUM = LOWER + LOWER.upper() + DIGITS


class Draw:
    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, end):
        return int(self.random() * end)

    def of(self, items):
        return items[self.below(len(items))]

    def text(self, alphabet, length):
        return "".join(self.of(alphabet) for _ in range(length))

    def name(self):
        return f"{self.of(WORDS)}_{self.of(WORDS)}"


CLASS = '''

class {a}{b}({c}):
    """Keeps the {w} of a {v}.

    It is made once for each {x}, and asked for its {w} as often as the {v} changes: {n} times at most.
    """

    LIMIT = {n}
    DEFAULTS = {{"{w}": {n}, "{v}": None, "{x}": "{y}"}}

    def __init__(self, {w}, {v}=None, *, {x}="{y}"):
        super().__init__({w})
        self._{w} = {w}  # as it was given
        self._{v} = {v} or []
        self.{x} = {x}

    @property
    def {w}_{v}(self):
        return [(key, value) for key, value in self._{v} if value is not None and key != "{y}"]

    def {u}(self, {y}, limit={n}):
        """The {y} that comes first, or None."""
        total = 0
        for index, item in enumerate(self._{v}):
            if index > limit or item.{w} == {y}:
                break
            total += item.{x} * {n} - (0x{n}F << 2) + 1_{n}.5e3
        else:
            raise ValueError(f"no {{{y}!r}} below {{limit:>8}} in {w}")
        return total if total >= {n} else None
'''

FUNCTION = '''

def {u}({w}, {v}, *args, **options):
    {x} = options.get("{y}", {n})
    try:
        with open("{w}/{v}.txt", encoding="utf-8") as {a_lower}:
            lines = [line.rstrip("\\n").split(",") for line in {a_lower} if not line.startswith("#")]
    except (OSError, KeyError) as error:
        log.warning("%s could not be read: %s (after %d)", {w}, error, {n})
        return {{}}
    # What the {v} says about its {x} counts, unless {w} came later.
    return {{row[0]: int(row[1]) for row in lines if len(row) > 1 and row[1].isdigit() and {x} > {n}}}
'''


def code():
    """A module of ordinary code."""
    d = Draw(1)
    parts = ['"""What a report knows."""\n\nimport logging\nimport os\nfrom collections import OrderedDict\n\nlog = logging.getLogger(__name__)\n']
    for _ in range(600):
        w, v, x, y = d.of(WORDS), d.of(WORDS), d.of(WORDS), d.of(WORDS)
        values = {"a": d.of(WORDS).title(), "b": d.of(WORDS).title(), "c": d.of(["object", "OrderedDict", "Exception"]),
                  "a_lower": d.name(), "w": w, "v": v + "s", "x": x + "_in", "y": y + "_of", "u": d.name(), "n": 1 + d.below(900)}  # fmt: skip
        parts.append((CLASS if d.below(3) == 0 else FUNCTION).format(**values))
    return "".join(parts)


def token(d):
    """Something that has the look of a token, a hash, an id, or of a sentence."""
    made = (
        lambda: "AK" + "IA" + d.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
        lambda: "sk_" + "live_" + d.text(ALNUM, 24),
        lambda: "gh" + "p_" + d.text(ALNUM, 36),
        lambda: "xox" + "b-" + d.text(DIGITS, 12) + "-" + d.text(ALNUM, 24),
        lambda: d.text("0123456789abcdef", 40),
        lambda: "-".join(d.text("0123456789abcdef", n) for n in (8, 4, 4, 4, 12)),
        lambda: d.text(ALNUM + "+/", 64),
        lambda: f"postgres://{d.of(WORDS)}:{d.text(ALNUM, 14)}@db.example.org:5432/{d.of(WORDS)}",
        lambda: f"https://example.org/{d.name()}/{d.of(WORDS)}?{d.of(WORDS)}={d.below(9999)}",
        lambda: " ".join(d.of(WORDS) for _ in range(8)),
        lambda: d.name(),
    )
    return d.of(made)()


def tokens():
    """A module of many strings, tokens among them."""
    d = Draw(2)
    shapes = (
        lambda: f'{d.name().upper()} = "{token(d)}"\n',
        lambda: f'{d.of(WORDS)}.{d.of(("secret", "password", "api_key", "title", "path"))} = "{token(d)}"\n',
        lambda: f'{d.name()} = connect("{d.of(WORDS)}", password="{d.text(ALNUM, 12)}", timeout={d.below(60)})\n',
        lambda: f'{d.name()} = os.environ.get("{d.name().upper()}", "{token(d)}")\n',
        lambda: f'{d.name()} = {{"{d.of(WORDS)}": "{token(d)}", "token": "{token(d)}", "{d.name()}": b"{d.text(ALNUM, 20)}"}}\n',
        lambda: f"# {token(d)}\n",
        lambda: f'{d.name()} = f"{d.of(WORDS)} {{{d.of(WORDS)}}} {token(d)}"\n',
    )
    return "import os\n\n" + "".join(d.of(shapes)() for _ in range(1200))


def settings():
    """YAML, as a deployment has it, and JSON in it."""
    d = Draw(3)
    parts = ["apiVersion: v1\nkind: List\nitems:\n"]
    for _ in range(260):
        parts.append(f"  - name: {d.name()}\n    replicas: {d.below(9)}\n    image: registry.example.org/{d.name()}:{d.below(9)}.{d.below(40)}\n    env:\n")
        for _ in range(4):
            key = d.of((d.name().upper(), d.of(WORDS).upper() + "_TOKEN", d.of(WORDS).upper() + "_URL"))
            parts.append(f"      - name: {key}\n        value: \"{token(d)}\"  # {d.of(WORDS)}\n")
        options = {d.name(): token(d), d.name(): d.below(5000), d.name(): [d.of(WORDS), None, True]}
        parts.append(f"    options: '{json.dumps(options)}'\n")
    return "".join(parts)


def start():
    """So little that what is counted is the start of the program."""
    return 'import os\n\n\ndef region():\n    return os.environ["REGION"]\n'


ALL = {"code.py": code, "tokens.py": tokens, "settings.yaml": settings, "start.py": start}
