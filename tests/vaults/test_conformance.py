"""That the runner of the conformance suite can fail, and the whole suite for what needs no server."""

import pytest

import support
from vaults.support_conformance import conformance


def test_the_suite_runs_all_cases(home):
    conformance("dotenv", support.clean_env(home))


def test_a_server_that_is_not_there_fails_the_suite(home):
    with pytest.raises(AssertionError):
        conformance("aws", support.clean_env(home), endpoint="http://127.0.0.1:1", timeout=120)
