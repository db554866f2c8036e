"""Servers that several files of tests share, one a worker."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Everything here talks to a server; what each vault must do is marked once more, for the sanitizers."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.server)
            if "conform" in item.name:
                item.add_marker(pytest.mark.conformance)


@pytest.fixture(scope="session")
def bao_authority(tmp_path_factory):
    from vaults.support_tls import Authority

    return Authority(tmp_path_factory.mktemp("bao-ca"))


@pytest.fixture(scope="session")
def bao(tmp_path_factory, bao_authority):
    """A real OpenBao, unsealed, with a KV version 2 mount "secret" and a version 1 mount "old"."""
    from vaults.support_bao import Bao

    server = Bao(tmp_path_factory.mktemp("bao"), bao_authority)
    try:
        server.wait().initialize()
        server.mount("secret")
        server.mount("old", version=1)
        yield server
    finally:
        server.stop()
