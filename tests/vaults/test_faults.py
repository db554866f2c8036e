"""Every vault with a server, through keylift itself, with a proxy in between that breaks the calls: what is
called stored is there, what is not stays in the source, and no value and no token is in anything written.

A vault joins by a line in PLACES, once its server's helper is there.
"""

import base64
import contextlib
import importlib.util

import pytest

import support
from vaults.support_proxy import FAULTS, FaultProxy

# "stall" and "slow" are a matter of deadlines, which test_http.py has.
BROKEN = sorted(set(FAULTS) - {"stall", "slow"}) + [401, 403, 429, 500, 503]
# Twice, which a retry mends where one is allowed; and for good, which nothing mends.
TIMES = [(fault, skip, 2) for fault in BROKEN for skip in (0, 5)] + [(fault, 5, 1000) for fault in ("lost-reply", 403)]


class AwsPlace:
    """moto, over plain HTTP on loopback."""

    def __init__(self, home):
        from vaults.support_aws import emulator

        self._moto = emulator("moto")
        self.server, self.home = self._moto.__enter__(), home
        self.env = self.server.env(home)
        self.env = {name: value for name, value in self.env.items() if name.startswith("AWS_")}
        self.tokens = [self.env["AWS_SECRET_ACCESS_KEY"]]

    def proxy(self):
        return FaultProxy(upstream=self.server.url, host="127.0.0.1")

    def args(self, url):
        return ["--to", "aws", "--endpoint", url, "--prefix", "shop/"]

    def read(self, name):
        client = self.server.client()
        try:
            return client.get_secret_value(SecretId="shop/" + name)["SecretString"]
        except client.exceptions.ResourceNotFoundException:
            return None

    def close(self):
        self._moto.__exit__(None, None, None)


PLACES = {"aws": AwsPlace}
PLACES = {vault: place for vault, place in PLACES.items() if importlib.util.find_spec(f"vaults.support_{vault}")}
__test__ = bool(PLACES)


@pytest.fixture(params=PLACES)
def place(request, home):
    with contextlib.closing(PLACES[request.param](home)) as made:
        yield made


def holds(text, value):
    """In plain, in base64 (at any of its three alignments) or in hexadecimal."""
    raw = value.encode()
    forms = [raw, raw.hex().encode(), raw.hex().upper().encode()]
    for shift in range(3):
        start = (3 - shift) % 3
        inner = raw[start:]
        forms.append(base64.b64encode(inner[: len(inner) // 3 * 3]))
    return any(form and form in text for form in forms)


def everything_written(project, done):
    text = (done.stdout + done.stderr).encode("utf-8", "surrogateescape")
    for folder in (".git/keylift", ".keylift"):
        for path in (project / folder).rglob("*"):
            if path.is_file():
                text += path.read_bytes()
    return text


@pytest.mark.slow
@pytest.mark.parametrize("fault, skip, times", TIMES)
def test_nothing_is_lost_and_nothing_is_told(keylift, project, place, fault, skip, times):
    values = {name: support.made_password(24) for name in ("DB_PASSWORD", "API_PASSWORD", "MAIL_PASSWORD")}
    source = "".join(f'{name.lower()} = "{value}"\n' for name, value in values.items())
    project.write("app.py", source)
    project.git_init().commit()
    with place.proxy() as proxy:
        proxy.inject(fault, times=times, skip=skip)
        done = keylift("migrate", "--yes", "-vv", *place.args(proxy.url), ".", cwd=project, env=place.env, timeout=300)
        proxy.clear()
        now = project.read("app.py")
        for name, value in values.items():
            in_source, in_vault = value in now, place.read(name) == value
            assert in_source or in_vault, name
            if f"\n  {name}\n" in done.stdout.partition("In the vault and verified")[2].partition("\nNot in")[0]:
                assert in_vault, name
        written = everything_written(project, done)
        for secret in [*values.values(), *place.tokens]:
            assert not holds(written, secret)
        # The next run, with a server that works, goes on from there.
        again = keylift("migrate", "--yes", "--allow-dirty", *place.args(proxy.url), ".", cwd=project, env=place.env)
        assert again.returncode == 0, again.stdout + again.stderr
    now = project.read("app.py")
    for name, value in values.items():
        assert value not in now and place.read(name) == value, name
