"""What the tests of the vault "gcp" share: a double that runs, credential files, environments."""

import json

import pytest
import support
from doubles.gcp_double import NUMBER, PROJECT, GcpDouble

__all__ = ["NUMBER", "PROJECT", "double", "environment", "gcp", "write_json"]


@pytest.fixture(scope="session")
def gcp(tmp_path_factory):
    """The servers of one test process."""
    with GcpDouble(tmp_path_factory.mktemp("gcp")) as running:
        yield running


@pytest.fixture
def double(gcp):
    """Empty at the start; at the end, everything that was said must have fitted the discovery document."""
    gcp.reset()
    yield gcp
    assert gcp.rest.violations == []


def write_json(path, value):
    path.write_text(json.dumps(value))
    return path


def environment(double, home, **more):
    """Of a program that trusts the double, and has no credential yet. The metadata server is off unless it is asked
    for: a machine of Google Cloud would answer."""
    base = {
        "REQUESTS_CA_BUNDLE": str(double.ca_file),
        "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(double.ca_file),
        "NO_GCE_CHECK": "true",
        "PATH": str(home / "bin"),
        "CLOUDSDK_CONFIG": None,
    }
    return support.clean_env(home, **{**base, **more})
