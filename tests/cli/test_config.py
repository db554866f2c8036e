"""[tool.keylift]: where it is found, what it may say, and what is refused."""


import pytest

import support


@pytest.fixture
def leaky(project):
    project.write("src/a.py", f'AWS_KEY = "{support.made_aws_id()}"\n')
    return project


def test_pyproject_and_keylift_toml_say_the_same(keylift, leaky):
    assert keylift("scan", ".", cwd=leaky).returncode == 1
    leaky.write("pyproject.toml", '[tool.keylift]\nexclude = ["a.py"]\n')
    done = keylift("scan", ".", cwd=leaky)
    assert done.returncode == 0 and "1 excluded" in done.stdout
    (leaky / "pyproject.toml").unlink()
    leaky.write("keylift.toml", 'exclude = ["a.py"]\n')
    assert keylift("scan", ".", cwd=leaky).returncode == 0
    assert keylift("scan", "--no-config", ".", cwd=leaky).returncode == 1


def test_it_is_found_upwards_to_the_root_of_the_repository(keylift, leaky):
    leaky.write("keylift.toml", 'exclude = ["a.py"]\n')
    assert keylift("scan", "src", cwd=leaky).returncode == 1, "without a repository, only the folder itself counts"
    leaky.git_init()
    assert keylift("scan", "src", cwd=leaky).returncode == 2, "all excluded: a folder in which no file was scanned"
    assert keylift("scan", "src/a.py", cwd=leaky / "src", env={}).returncode == 2  # no such path from there
    leaky.write("src/pyproject.toml", '[tool.other]\nx = 1\n')
    assert "1 excluded" in keylift("scan", "src", cwd=leaky).stdout, "a file that does not configure keylift is passed by"


def test_it_is_not_looked_for_above_the_repository(keylift, leaky):
    (leaky / "inner").mkdir()
    leaky.write("inner/a.py", leaky.read("src/a.py"))
    leaky.write("keylift.toml", 'exclude = ["a.py"]\n')
    inner = support.Project(leaky / "inner", leaky.home).git_init()
    assert keylift("scan", ".", cwd=inner).returncode == 1


def test_the_command_line_wins(keylift, leaky):
    leaky.write("keylift.toml", 'skip-rules = ["aws-access-key-id"]\n')
    skipped = keylift("scan", ".", cwd=leaky).stdout
    assert "AWS access key" not in skipped
    other = keylift("scan", "--skip-rules", "stripe-live-key", ".", cwd=leaky)
    assert other.returncode == 1 and "AWS access key" in other.stdout


def test_an_explicit_file_is_read_instead(keylift, leaky):
    leaky.write("keylift.toml", 'exclude = ["a.py"]\n')
    leaky.write("other.toml", 'fail-on = "high"\n')
    assert keylift("scan", "--config", "other.toml", ".", cwd=leaky).returncode == 1
    missing = keylift("scan", "--config", "missing.toml", ".", cwd=leaky)
    assert missing.returncode == 2 and "missing.toml" in missing.stderr


def test_pairs_of_path_and_rule_silence(keylift, leaky):
    leaky.write("keylift.toml", '[[ignore]]\npath = "src/"\nrule = "no-such"\n')
    assert keylift("scan", ".", cwd=leaky).returncode == 1
    leaky.write("keylift.toml", '[[ignore]]\npath = "src/"\n')
    done = keylift("scan", ".", cwd=leaky)
    assert done.returncode == 0 and "1 silenced" in done.stdout


@pytest.mark.parametrize(
    "text, parts",
    [
        ('exclud = ["x"]', ["exclud", "did you mean \"exclude\""]),
        ('zzzzzz = 1', ["zzzzzz"]),
        ('staged = true', ["staged", "only on the command line"]),
        ('exclude = "x"', ["exclude", "list of strings"]),
        ('exclude = [1]', ["exclude", "list of strings"]),
        ('fail-on = "severe"', ["fail-on", "low, medium or high"]),
        ('fail-on = 3', ["fail-on", "string"]),
        ('include-tests = "yes"', ["include-tests", "true or false"]),
        ('min-confidence = 7', ["min-confidence", "0 to 1"]),
        ('ignore = [{}]', ["ignore", "path, rule or both"]),
        ('ignore = [{path = "x", reason = "y"}]', ["ignore"]),
        ('ignore = 3', ["ignore"]),
        ('exclude = [', ["keylift.toml"]),
        ('rules-file = ["/tmp/x"]', ["rules-file", "--config"]),
        ('dotenv-file = "/srv/www/.env"', ["dotenv-file", "--config"]),
        ('vault = "exec:./helper"', ["vault", "program", "--to"]),
        ('endpoint = "https://example.invalid"', ["endpoint"]),
    ],
)
def test_what_is_wrong_is_an_error_that_names_it(keylift, leaky, text, parts):
    leaky.write("keylift.toml", text + "\n")
    done = keylift("scan", ".", cwd=leaky)
    assert done.returncode == 2 and done.stdout == ""
    assert "keylift.toml" in done.stderr
    for part in parts:
        assert part in done.stderr
    assert keylift("scan", "--no-config", ".", cwd=leaky).returncode == 1


def test_two_files_in_one_folder_are_an_error(keylift, leaky):
    leaky.write("keylift.toml", 'fail-on = "high"\n')
    leaky.write("pyproject.toml", '[tool.keylift]\nfail-on = "low"\n')
    done = keylift("scan", ".", cwd=leaky)
    assert done.returncode == 2 and "pyproject.toml" in done.stderr and "keylift.toml" in done.stderr


def test_a_broken_pyproject_that_does_not_mention_us_is_no_business_of_ours(keylift, leaky):
    leaky.write("pyproject.toml", "[tool.black\n")
    assert keylift("scan", ".", cwd=leaky).returncode == 1


def test_the_vault_of_the_configuration_is_named_with_its_origin(keylift, project):
    project.write("keylift.toml", 'vault = "environ"\n')
    done = keylift("vaults", "check", cwd=project)
    assert done.returncode == 0 and "environ" in done.stdout and "keylift.toml" in done.stdout
    assert "command line" in keylift("vaults", "check", "--to", "dotenv", cwd=project).stdout
    assert "default" in keylift("vaults", "check", "--no-config", cwd=project).stdout


def test_a_folder_that_cannot_be_entered_is_an_error_of_the_scan_not_of_the_configuration(unprivileged):
    keylift, leaky = unprivileged
    leaky.write("src/a.py", "x = 1\n")
    (leaky / "src").chmod(0)
    leaky.write("b.py", "x = 1\n")
    done = keylift("scan", "src", "b.py", cwd=leaky)
    (leaky / "src").chmod(0o755)
    assert done.returncode == 2 and "src" in done.stdout and "Scanned 1 file" in done.stdout
