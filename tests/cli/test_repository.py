"""keylift on its own repository: nothing to find, at any severity, and nothing silenced to get there but what is named here."""

import json

from support import ROOT


def test_a_scan_of_our_own_repository_is_clean(keylift):
    run = keylift("scan", "--fail-on", "low", "--format", "json", "--show-suppressed", ".", cwd=ROOT)
    report = json.loads(run.stdout)
    found = [(f["path"], f["line"], f["rule"]) for f in report["findings"]]
    assert found == [] and report["errors"] == []
    assert run.returncode == 0
    assert report["stats"]["files"] > 500  # it did look
