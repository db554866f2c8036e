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
from doubles.provider_answers import ASKED
from doubles.providers import Providers

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
    _, script, variables = scan_of("action.yml")
    template = load("action.yml")
    values = template["runs"]["steps"][-1]["env"].values()
    assert set(values) == {f"${{{{ inputs.{name} }}}}" for name in template["inputs"]} and "${{" not in script
    done = run_as(BASH, script, leak, home, **{**variables, "KEYLIFT_SARIF": "out.sarif"})
    assert done.returncode == 1 and done.stdout.splitlines()[-1].startswith("::error file=a b/pay.py,line=1,")
    assert len(json.loads(leak.read("out.sarif"))["runs"][0]["results"]) == 1
    done = run_as(BASH, script, leak, home, **{**variables, "KEYLIFT_PATH": "$(touch owned); --help"})
    assert done.returncode == 2 and not (leak / "owned").exists()
    leak.write("a b/pay.py", "x = 1\n")
    assert run_as(BASH, script, leak, home, **variables).returncode == 0


def test_the_job_of_gitlab_leaves_its_report_and_fails(leak, home):
    template = load("contrib/ci/gitlab.yml")
    [script] = template["keylift"]["script"]
    done = run_as(["sh", "-ec"], script, leak, home, **template["variables"])
    report = template["keylift"]["artifacts"]["reports"]["secret_detection"]
    assert done.returncode == 1 and len(json.loads(leak.read(report))["vulnerabilities"]) == 1


def test_the_steps_of_azure_leave_their_report_and_fail(leak, home):
    template = load("contrib/ci/azure.yml")
    step, publish = template["steps"]
    assert publish["inputs"]["testResultsFiles"] == step["env"]["KEYLIFT_REPORT"]
    used = {value[len("${{ parameters.") : -3] for value in step["env"].values() if "parameters" in value}
    assert {p["name"] for p in template["parameters"]} == used
    shell, script, variables = scan_of("contrib/ci/azure.yml")
    done = run_as(shell, script, leak, home, **variables)
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
    step, defaults = template["steps"][0], {p["name"]: p["default"] for p in template["parameters"]}
    variables = {key: defaults.get(value[len("${{ parameters.") : -3], "keylift.xml") for key, value in step["env"].items()}
    return BASH[:3] + ["-c"], step["script"], variables


REPORTS = {"action.yml": "out.sarif", "contrib/ci/gitlab.yml": "gl-secret-detection-report.json", "contrib/ci/azure.yml": "keylift.xml"}


@pytest.fixture(params=TEMPLATES)
def template(request, leak, home):
    """template(KEYLIFT_SINCE="HEAD~1") -> the status, and the report that it leaves."""
    shell, script, variables = scan_of(request.param)
    variables |= {"KEYLIFT_SARIF": "out.sarif"} if request.param == "action.yml" else {}

    def run(**more):
        done = run_as(shell, script, leak, home, **{**variables, **more})
        assert done.stderr == "" or "KEYLIFT_VERIFY" in more, done.stderr
        return done.returncode, leak.read(REPORTS[request.param])

    return run


def test_each_template_looks_at_the_commits_since_or_into_archives(leak, template):
    leak.git_init().commit()
    leak.write("b.py", "x = 1\n")
    leak.commit()
    assert template()[0] == 1
    assert template(KEYLIFT_SINCE="HEAD~1")[0] == 0
    with zipfile.ZipFile(leak.path / "old.zip", "w") as archive:
        archive.write(leak.path / "a b/pay.py", "pay.py")
    leak.write("a b/pay.py", "x = 1\n")
    assert template()[0] == 0
    assert template(KEYLIFT_ARCHIVES="true")[0] == 1


def test_each_template_looks_at_every_commit_or_tells_the_age_of_a_line(leak, template):
    leak.git_init().commit()
    status, report = template(KEYLIFT_BLAME="true")
    assert status == 1 and "; since 20" in report and "; since 20" not in template()[1]
    leak.write("a b/pay.py", "x = 1\n")
    leak.commit()
    assert template()[0] == 0
    status, report = template(KEYLIFT_HISTORY="true")
    assert status == 1 and "is not in the newest one" in report


@pytest.mark.server
def test_each_template_asks_the_providers_that_it_is_told_to(tmp_path, leak, template):
    asked = ASKED["stripe-live-key"]
    with Providers(tmp_path / "providers") as providers:
        status, report = template(**providers.env)
        assert status == 1 and providers.connects == []
        for (code, body), verdict, left in (asked.live, "live", 1), (asked.refused, "not live", 0):
            providers.calls.clear()
            providers.answers["api.stripe.com"] = lambda _: (code, {}, body if isinstance(body, bytes) else json.dumps(body).encode())
            status, report = template(KEYLIFT_VERIFY="stripe,github", **providers.env)
            assert status == 1 and f"; {verdict}" in report
            assert len(providers.calls) == 1  # for all the reports of a scan together
            assert template(KEYLIFT_VERIFY="all", KEYLIFT_ONLY_LIVE="true", **providers.env)[0] == left


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
