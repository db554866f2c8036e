"""Every vault with a server, through keylift itself, with a proxy in between that breaks the calls: what is
called stored is there, what is not stays in the source, and no value and no token is in anything written.

A vault joins by a line in PLACES.
"""

import base64
import contextlib
import itertools
from pathlib import Path

import pytest

import support
from vaults.support_aws import moto  # noqa: F401
from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_gcp import double, environment, gcp  # noqa: F401
from vaults.support_places import AzureKeyVault, GoogleSecretManager
from vaults.support_proxy import FAULTS, FaultProxy

SERIAL = itertools.count(1)

# "stall" and "slow" are a matter of deadlines, which test_http.py has.
BROKEN = sorted(set(FAULTS) - {"stall", "slow"}) + [401, 403, 429, 500, 503]
# Twice, which a retry mends where one is allowed; and for good, which nothing mends.
TIMES = [(fault, skip, 2) for fault in BROKEN for skip in (0, 5)] + [(fault, 5, 1000) for fault in ("lost-reply", 403)]


class AwsPlace:
    """moto, over plain HTTP on loopback."""

    def __init__(self, get):
        self.server, self.prefix = get("moto"), f"faults{next(SERIAL)}/"
        env = self.server.env(get("home"))
        self.env = {name: value for name, value in env.items() if name.startswith("AWS_")}
        self.tokens = [self.env["AWS_SECRET_ACCESS_KEY"]]
        self.proxy = FaultProxy(upstream=self.server.url, host="127.0.0.1")
        self.args = ["--to", "aws", "--endpoint", self.proxy.url, "--prefix", self.prefix]

    def read(self, name):
        client = self.server.client()
        try:
            return client.get_secret_value(SecretId=self.prefix + name)["SecretString"]
        except client.exceptions.ResourceNotFoundException:
            return None

    def close(self):
        self.proxy.close()


class AzurePlace:
    def __init__(self, get):
        self.azure, authority = get("azure"), get("bao_authority")
        self.env = {**self.azure.base(get("home")), **self.azure.with_secret()}
        self.tokens = [self.azure.secret]
        self.proxy = FaultProxy(authority.issue("127.0.0.1"), self.azure.vault.url, self.azure.tls.ca_file, host="127.0.0.1")
        self.held = AzureKeyVault(self.azure, get("home"))
        self.args = [*self.held.what, "--endpoint", self.proxy.url,
                     "--ca-file", both(get("tmp_path"), authority.ca_file, self.azure.tls.ca_file)]  # fmt: skip

    def read(self, name):
        return self.held.read(name)[0]

    def close(self):
        self.proxy.close()


class GcpPlace:
    def __init__(self, get):
        self.double, authority, home = get("double"), get("bao_authority"), get("home")
        self.held = GoogleSecretManager(self.double, home)
        self.env = environment(self.double, home, **self.held.env)
        del self.env["PATH"]
        self.tokens = [self.double.writer.file(self.double.token_url)["private_key"].split("\n")[1]]
        self.proxy = FaultProxy(authority.issue("localhost"), upstream=self.double.url, upstream_ca=str(self.double.ca_file))
        self.args = [*self.held.what, "--endpoint", self.proxy.url,
                     "--ca-file", both(get("tmp_path"), authority.ca_file, self.double.ca_file)]  # fmt: skip

    def read(self, name):
        return self.held.read(name)[0]

    def close(self):
        self.proxy.close()


class VaultPlace:
    """A real OpenBao."""

    def __init__(self, get):
        self.bao, authority = get("bao"), get("bao_authority")
        self.prefix = f"faults-{next(SERIAL)}"
        self.tokens = [self.bao.root.token]
        self.env = support.clean_env(get("home"), VAULT_TOKEN=self.bao.root.token)
        self.proxy = FaultProxy(authority.issue("localhost"), upstream=self.bao.address, upstream_ca=self.bao.ca)
        self.args = ["--to", "vault", "--vault-addr", self.proxy.url, "--ca-file", str(self.bao.ca), "--vault-mount", "secret",
                     "--prefix", self.prefix]  # fmt: skip

    def read(self, name):
        import hvac

        try:
            found = self.bao.root.secrets.kv.v2.read_secret_version(
                f"{self.prefix}/{name}", mount_point="secret", raise_on_deleted_version=True
            )
        except hvac.exceptions.InvalidPath:
            return None
        return found["data"]["data"]["value"]

    def close(self):
        self.proxy.close()


def both(folder, *files):
    """One file that trusts the proxy's authority and the server's."""
    trust = folder / "both.pem"
    trust.write_bytes(b"".join(Path(file).read_bytes() for file in files))
    return str(trust)


PLACES = {"aws": AwsPlace, "azure": AzurePlace, "gcp": GcpPlace, "vault": VaultPlace}


@pytest.fixture(params=PLACES)
def place(request):
    with contextlib.closing(PLACES[request.param](request.getfixturevalue)) as made:
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
    place.proxy.inject(fault, times=times, skip=skip)
    done = keylift("migrate", "--yes", "-vv", *place.args, ".", cwd=project, env=place.env, timeout=300)
    place.proxy.clear()
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
    again = keylift("migrate", "--yes", "--allow-dirty", *place.args, ".", cwd=project, env=place.env)
    assert again.returncode == 0, again.stdout + again.stderr
    now = project.read("app.py")
    for name, value in values.items():
        assert value not in now and place.read(name) == value, name
