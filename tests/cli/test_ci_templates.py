"""What is offered for CI systems: each template against the schema that its system publishes (the copies that
check-jsonschema carries), and its commands run here as that system runs them."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
import yaml

import support

TEMPLATES = {
    "action.yml": ("github-actions",),
    "contrib/ci/gitlab.yml": ("gitlab-ci", "gitlab-ci"),
    "contrib/ci/azure.yml": ("azure-pipelines", "azure-pipelines"),
}


def load(name):
    return yaml.safe_load((support.ROOT / name).read_text("utf-8"))


def validate(path, schema, transform=None):
    more = ["--data-transform", transform] if transform else []
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *more, str(path)]
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)


@pytest.mark.slow
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_fits_the_schema_of_its_system(tmp_path, name):
    done = validate(support.ROOT / name, *TEMPLATES[name])
    assert done.returncode == 0, done.stdout
    # The schema is one that can refuse.
    broken = load(name)
    if "runs" in broken:
        broken["runs"]["using"] = ["composite"]
    elif "keylift" in broken:
        broken["keylift"]["artifacts"]["when"] = "whenever"
    else:
        broken["steps"][0]["displayName"] = {"of": "no text"}
    (tmp_path / "broken.yml").write_text(yaml.safe_dump(broken))
    assert validate(tmp_path / "broken.yml", *TEMPLATES[name]).returncode == 1


@pytest.fixture
def leak(project):
    project.write("a b/pay.py", f'key = "{support.made_stripe_key(seed=1)}"\n')
    return project


def run_as(shell, script, project, home, **variables):
    """A script with its variables, and keylift in the PATH; what a shell of these systems does with it."""
    path = f"{support.BINARY.parent}:{os.environ['PATH']}"
    return subprocess.run([*shell, script], cwd=project, env=support.clean_env(home, **variables, PATH=path), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)  # fmt: skip


BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]  # as GitHub's runner starts it


def test_the_action_marks_lines_writes_sarif_and_fails(leak, home):
    *_, scan = load("action.yml")["runs"]["steps"]
    inputs = {name: spec["default"] for name, spec in load("action.yml")["inputs"].items()}
    assert set(scan["env"].values()) == {f"${{{{ inputs.{name} }}}}" for name in inputs} and "${{" not in scan["run"]
    variables = {key: inputs[value[len("${{ inputs."):-3]] for key, value in scan["env"].items()}  # fmt: skip
    done = run_as(BASH, scan["run"], leak, home, **{**variables, "KEYLIFT_SARIF": "out.sarif"})
    assert done.returncode == 1 and done.stdout.splitlines()[-1].startswith("::error file=a b/pay.py,line=1,")
    assert len(json.loads(leak.read("out.sarif"))["runs"][0]["results"]) == 1
    done = run_as(BASH, scan["run"], leak, home, **{**variables, "KEYLIFT_PATH": "$(touch owned); --help"})
    assert done.returncode == 2 and not (leak / "owned").exists()
    leak.write("a b/pay.py", "x = 1\n")
    assert run_as(BASH, scan["run"], leak, home, **variables).returncode == 0


def test_the_job_of_gitlab_leaves_its_report_and_fails(leak, home):
    template = load("contrib/ci/gitlab.yml")
    [script] = template["keylift"]["script"]
    done = run_as(["sh", "-ec"], script, leak, home, **template["variables"])
    report = template["keylift"]["artifacts"]["reports"]["secret_detection"]
    assert done.returncode == 1 and len(json.loads(leak.read(report))["vulnerabilities"]) == 1


def test_the_steps_of_azure_leave_their_report_and_fail(leak, home):
    step, publish = load("contrib/ci/azure.yml")["steps"]
    assert publish["inputs"]["testResultsFiles"] == step["env"]["KEYLIFT_REPORT"]
    defaults = {p["name"]: p["default"] for p in load("contrib/ci/azure.yml")["parameters"]}
    variables = {"KEYLIFT_REPORT": "keylift.xml"}
    for name, value in step["env"].items():
        variables.setdefault(name, defaults.get(value[len("${{ parameters.") : -3]))
    assert set(defaults) == {value[len("${{ parameters.") : -3] for value in step["env"].values() if "parameters" in value}
    done = run_as(["bash", "--noprofile", "--norc", "-c"], step["script"], leak, home, **variables)
    assert done.returncode == 1 and "<failure" in leak.read("keylift.xml")


def scan_of(name):
    """The shell, script and variables of a template's scan, as its inputs are by default."""
    template = load(name)
    if name == "action.yml":
        scan = template["runs"]["steps"][-1]
        inputs = {key: spec["default"] for key, spec in template["inputs"].items()}
        return BASH, scan["run"], {key: inputs[value[len("${{ inputs.") : -3]] for key, value in scan["env"].items()}
    if name == "contrib/ci/gitlab.yml":
        return ["sh", "-ec"], template["keylift"]["script"][0], template["variables"]
    variables = {"KEYLIFT_PATH": ".", "KEYLIFT_FAIL_ON": "medium", "KEYLIFT_REPORT": "keylift.xml", "KEYLIFT_SINCE": "", "KEYLIFT_ARCHIVES": "false"}
    return BASH[:3] + ["-c"], template["steps"][0]["script"], variables


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_looks_at_the_commits_since_or_into_archives(leak, home, name):
    shell, script, variables = scan_of(name)
    leak.git_init().commit()
    leak.write("b.py", "x = 1\n")
    leak.commit()
    assert run_as(shell, script, leak, home, **variables).returncode == 1
    assert run_as(shell, script, leak, home, **{**variables, "KEYLIFT_SINCE": "HEAD~1"}).returncode == 0
    with zipfile.ZipFile(leak.path / "old.zip", "w") as archive:
        archive.write(leak.path / "a b/pay.py", "pay.py")
    leak.write("a b/pay.py", "x = 1\n")
    assert run_as(shell, script, leak, home, **variables).returncode == 0
    assert run_as(shell, script, leak, home, **{**variables, "KEYLIFT_ARCHIVES": "true"}).returncode == 1


def test_the_image_is_built_from_what_the_build_needs_and_the_lock_file():
    """hadolint reads it; no container is built here. What the first stage installs is what ./test asks for."""
    text = (support.ROOT / "Dockerfile").read_text("utf-8")
    path = f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}"
    done = subprocess.run([shutil.which("hadolint", path=path), support.ROOT / "Dockerfile"], text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    assert done.returncode == 0 and done.stdout == "", done.stdout
    needed = (support.ROOT / "scripts/lib.sh").read_text("utf-8").split("needs_build='", 1)[1].split("'", 1)[0]
    packages = {line.split("|")[1] for line in needed.splitlines()}
    assert packages <= set(text.split())
    ignored = (support.ROOT / ".dockerignore").read_text("utf-8").split()
    assert not {"package.json", "package-lock.json", ".npmrc"} & set(ignored)
