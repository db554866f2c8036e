"""--fingerprint-key-file: the same value has the same id in every report made with one key, and nowhere else."""

import hashlib
import hmac
import json

import pytest

from support import made, made_stripe_key


@pytest.fixture
def repositories(tmp_path, project, keylift):
    """Three of them: `shop` and `mail` share a key of Stripe under different names; `tool` has one of its own."""
    shared, own = made_stripe_key(seed=1), made_stripe_key(seed=2)
    project.write("shop/pay.py", f'STRIPE = "{shared}"\n')
    project.write("mail/send/key.py", f'import x\nbilling_key = "{shared}"\n')
    project.write("tool/pay.py", f'STRIPE = "{own}"\n')
    project.key = made("", 64, seed=3)
    project.values = {"shop": shared, "mail": shared, "tool": own}
    (tmp_path / "key").write_text(project.key + "\n")
    project.key_file = tmp_path / "key"

    def scan(name, *more, output=None):
        output = output or f"{name}.json"
        flags = ["--format", "json", "--fingerprint-key-file", project.key_file, "-o", f"../{output}", *more]
        done = keylift("scan", *flags, ".", cwd=project / name)
        text = project.read(output)
        assert project.key not in text + done.stdout + done.stderr and project.values[name] not in text
        return json.loads(text)

    project.scan = scan
    return project


def test_an_id_is_a_keyed_hash_of_the_value_alone(repositories):
    for name, value in repositories.values.items():
        [finding] = repositories.scan(name)["findings"]
        expected = hmac.new(repositories.key.encode(), b"keylift value 1:" + value.encode(), hashlib.sha256)
        assert finding["value_id"] == expected.hexdigest()


def test_without_a_key_no_report_has_an_id_and_sarif_has_it_with_one(keylift, repositories):
    done = keylift("scan", "--format", "json", "shop", cwd=repositories)
    assert "value_id" not in done.stdout
    done = keylift("scan", "--format", "sarif", "--fingerprint-key-file", repositories.key_file, "shop", cwd=repositories)
    [result] = json.loads(done.stdout)["runs"][0]["results"]
    assert result["partialFingerprints"]["keyliftValue/v1"] == repositories.scan("shop")["findings"][0]["value_id"]


def test_merge_names_the_reports_that_share_a_value(keylift, repositories):
    for name in repositories.values:
        repositories.scan(name)
    done = keylift("report", "merge", "shop.json", "mail.json", "tool.json", cwd=repositories)
    found = {(f["path"], f["name"]): f.get("reports") for f in json.loads(done.stdout)["findings"]}
    both = ["shop.json", "mail.json"]
    # pay.py stands in two repositories, at the same place: two findings, for their values differ.
    assert len(json.loads(done.stdout)["findings"]) == 3
    assert found["send/key.py", "billing_key"] == both
    shared = [f for f in json.loads(done.stdout)["findings"] if f["path"] == "pay.py"]
    assert sorted(bool(f.get("reports")) for f in shared) == [False, True]


def test_diff_knows_copies_and_changed_values(keylift, repositories):
    repositories.scan("shop", output="old.json")
    stripe = repositories.values["shop"]
    repositories.write("shop/copy.py", f'other_key = "{stripe}"\n')
    repositories.scan("shop", output="new.json")
    done = keylift("report", "diff", "old.json", "new.json", cwd=repositories)
    assert done.returncode == 1 and "the same value as in OLD at pay.py:1" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 value in both reports, 0 places with another value."
    (repositories / "shop/copy.py").unlink()
    repositories.write("shop/pay.py", f'STRIPE = "{made_stripe_key(seed=9)}"\n')
    repositories.scan("shop", output="new.json")
    done = keylift("report", "diff", "old.json", "new.json", cwd=repositories)
    assert done.returncode == 1 and done.stdout.startswith("other value  pay.py:1")
    assert "0 values in both reports, 1 place with another value." in done.stdout


def test_a_renamed_file_is_known_by_its_values(keylift, repositories):
    repositories.write("shop/two.py", f'STRIPE = "{made_stripe_key(seed=5)}"\nno_id = "{made("", 8, seed=6)}"\n')
    repositories.scan("shop", output="old.json")
    (repositories / "shop/two.py").rename(repositories / "shop/billing.py")
    repositories.write("shop/copy.py", f'STRIPE = "{made_stripe_key(seed=5)}"\n')
    repositories.scan("shop", output="new.json")
    done = keylift("report", "diff", "old.json", "new.json", cwd=repositories)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and lines[0].startswith("new     copy.py:1") and lines[1].endswith("in OLD at two.py:1")
    assert lines[2].startswith("moved   billing.py:1") and lines[3].strip() == "from two.py"
    assert lines[-2] == "1 new, 0 fixed, 1 in another file, 1 as before."
    (repositories / "shop/copy.py").unlink()
    repositories.scan("shop", output="new.json")
    assert keylift("report", "diff", "old.json", "new.json", cwd=repositories).returncode == 0


@pytest.mark.parametrize("key", ["", "short", "x" * 31 + "\n", "x" * 5000])
def test_a_key_that_is_none_is_refused(keylift, repositories, key):
    repositories.key_file.write_text(key)
    done = keylift("scan", "--fingerprint-key-file", repositories.key_file, "shop", cwd=repositories)
    assert done.returncode == 2 and str(repositories.key_file) in done.stderr and done.stdout == ""


def test_the_scanned_tree_may_not_name_a_key(keylift, repositories):
    repositories.write("shop/keylift.toml", f'fingerprint-key-file = "{repositories.key_file}"\n')
    done = keylift("scan", "--format", "json", "shop", cwd=repositories)
    assert "value_id" not in done.stdout and done.returncode == 2
