"""The policy of docs/vaults/aws.md: what it allows is enough, and what is missing is named.

moto refuses a call whose Action no policy allows. It does not look at the Resource of a call to Secrets Manager (it takes
"*" for it), so the user gets the documented actions on "*", and whether each call keeps to the documented resources is
judged here, from the calls that came. It does not ask for TagResource when CreateSecret has tags, as AWS does:
test_aws_secrets.c has AWS's answer to that.
"""

import contextlib
import fnmatch
import json
import re
import urllib.request

import pytest
from botocore.exceptions import ClientError

import support
from vaults.support_aws import REGION, Aws, emulator
from vaults.support_proxy import FaultProxy

PAGE = (support.ROOT / "docs" / "vaults" / "aws.md").read_text()
POLICY = json.loads(re.search(r"^    \{\n(?:    .*\n)*?    \}$", PAGE, re.M).group())
# | for | `secretsmanager:Action` | `resource` |
MORE = re.findall(r"^\| .+ \| `(secretsmanager:\w+)` \| `(.+)` \|$", PAGE, re.M)
SHOP = "shop/"
ARN = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:"
OF_NO_SECRET = ("BatchGetSecretValue", "ListSecrets")
UNLIMITED, AT_ONCE = "inf", "0"


@pytest.fixture(scope="module")
def guarded():
    """A server of its own, because permissions are asked for by all of it or not at all."""
    with emulator("moto") as server:
        yield server


@contextlib.contextmanager
def permissions_asked_for(server):
    def after_calls(count):
        headers = {"Content-Type": "text/plain"}
        request = urllib.request.Request(f"{server.url}/moto-api/reset-auth", data=count.encode(), headers=headers)
        urllib.request.urlopen(request, timeout=60).close()

    after_calls(AT_ONCE)
    try:
        yield
    finally:
        after_calls(UNLIMITED)


def actions(statement):
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


def whole_policy():
    added = [{"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in MORE]
    return {**POLICY, "Statement": POLICY["Statement"] + added}


def without(policy, action):
    left = [{**statement, "Action": [other for other in actions(statement) if other != action]} for statement in policy["Statement"]]
    return {**policy, "Statement": [statement for statement in left if statement["Action"]]}


def allows(policy, action, resource):
    return any(
        action in actions(statement) and (statement["Resource"] == "*" or fnmatch.fnmatchcase(resource, statement["Resource"]))
        for statement in policy["Statement"]
    )


def check_resources(policy, calls):
    """Every call is one that AWS allows by the policy, of the very secret it is about."""
    checked = 0
    for call in calls:
        if not call.header("X-Amz-Target"):
            continue  # STS: GetCallerIdentity, which is always allowed
        operation, body = call.header("X-Amz-Target").split(".")[1], json.loads(call.body)
        names = body.get("SecretIdList") or [body.get("SecretId") or body.get("Name")]
        resource = "*" if operation in OF_NO_SECRET else f"{ARN}{names[0]}-AbCdEf"
        assert allows(policy, f"secretsmanager:{operation}", resource), (operation, names)
        if operation == "BatchGetSecretValue":
            assert all(allows(policy, "secretsmanager:GetSecretValue", f"{ARN}{name}-AbCdEf") for name in names)
        checked += 1
    return checked


_numbers = iter(range(1_000_000))


@pytest.fixture
def user(guarded):
    """Makes a user who may do what the policy says, on any resource."""

    def make(policy):
        iam, name = guarded.client("iam"), f"user-{next(_numbers)}"
        iam.create_user(UserName=name)
        policy = {**policy, "Statement": [{**statement, "Resource": "*"} for statement in policy["Statement"]]}
        iam.put_user_policy(UserName=name, PolicyName="keylift", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        made = Aws(guarded.kind, guarded.url)
        made.id, made.key = key["AccessKeyId"], key["SecretAccessKey"]
        return made

    return make


@pytest.fixture
def proxy(guarded):
    with FaultProxy(upstream=guarded.url, host="127.0.0.1") as between:
        yield between


@pytest.fixture
def name():
    return f"KEY_{next(_numbers)}"


def test_the_page_has_the_policy():
    assert {action for statement in POLICY["Statement"] for action in actions(statement)} == {
        "secretsmanager:CreateSecret", "secretsmanager:TagResource", "secretsmanager:GetSecretValue",
        "secretsmanager:DescribeSecret", "secretsmanager:BatchGetSecretValue"}  # fmt: skip
    assert [action for action, _ in MORE] == [
        "secretsmanager:PutSecretValue", "secretsmanager:ListSecretVersionIds", "secretsmanager:ListSecrets"]  # fmt: skip
    assert all(allows(whole_policy(), action, ARN + "shop/X-AbCdEf") for action, _ in MORE)


def test_the_policy_is_enough_to_store_and_no_more(guarded, user, proxy, home, name):
    me = user(POLICY)
    with permissions_asked_for(guarded), me.tool(home, proxy.url, prefix=SHOP) as vault:
        assert vault.identity().ok
        assert vault.get(name).status == "not-found"
        assert vault.put(name, "value-of-mine").ok
        assert vault.get(name).value == b"value-of-mine"
        assert vault.many([name, name + "_2"]).names == [name]
        lines = vault.check().lines
        calls = len(proxy.calls)
        added, listed = vault.add(name, "another-value"), vault.list()
        with pytest.raises(ClientError, match="AccessDenied"):
            me.client().delete_secret(SecretId=SHOP + name)
    assert "may read: yes" in lines and "may list names: no, it lacks secretsmanager:ListSecrets" in lines
    assert added.status == "permission" and "may not secretsmanager:PutSecretValue;" in added.message
    assert listed.status == "permission" and "may not secretsmanager:ListSecrets;" in listed.message
    assert guarded.client().get_secret_value(SecretId=SHOP + name)["SecretString"] == "value-of-mine"
    wanted = without(whole_policy(), "secretsmanager:PutSecretValue")
    assert check_resources(wanted, proxy.calls[:calls]) >= 6


def test_with_what_the_table_adds_every_call_may_be_made(guarded, user, proxy, home, name):
    me = user(whole_policy())
    with permissions_asked_for(guarded), me.tool(home, proxy.url, prefix=SHOP) as vault:
        assert vault.put(name, "value-of-mine").ok
        added = vault.add(name, "another-value")
        assert added.ok and vault.get(name, added.version).value == b"another-value"
        assert name in vault.list().names
        lines = vault.check().lines
    assert {line.split(": ")[1] for line in lines if line.startswith("may ") and "may create" not in line} == {"yes"}
    assert check_resources(whole_policy(), proxy.calls) >= 8


def test_a_bundle_needs_what_the_table_says(guarded, user, proxy, home, name):
    me = user(without(whole_policy(), "secretsmanager:ListSecrets"))
    needed = ("PutSecretValue", "ListSecretVersionIds")
    others = {action: user(without(whole_policy(), f"secretsmanager:{action}")) for action in needed}
    with permissions_asked_for(guarded):
        with me.tool(home, proxy.url, prefix=SHOP, bundle=name) as vault:
            assert vault.put("ONE", "value-of-one").ok and vault.put("TWO", "value-of-two").ok
            assert vault.get("ONE").value == b"value-of-one"
        refused = {
            action: other.vault(home, prefix=SHOP, bundle=name).put("THREE", "value-of-three") for action, other in others.items()
        }
    held = json.loads(guarded.client().get_secret_value(SecretId=SHOP + name)["SecretString"])
    assert held == {"ONE": "value-of-one", "TWO": "value-of-two"}
    for action, put in refused.items():
        assert put.status == "permission" and f"may not secretsmanager:{action};" in put.message
    assert "ListSecretVersionIds" in "".join(call.header("X-Amz-Target") or "" for call in proxy.calls)
    assert check_resources(whole_policy(), proxy.calls) >= 6


@pytest.mark.parametrize("action, act", [
    ("secretsmanager:GetSecretValue", lambda vault, name: vault.get(name)),
    ("secretsmanager:CreateSecret", lambda vault, name: vault.put(name, "value-of-mine")),
    ("secretsmanager:DescribeSecret", lambda vault, name: vault.add(name, "value-of-mine")),
    ("secretsmanager:PutSecretValue", lambda vault, name: vault.add(name, "value-of-mine")),
    ("secretsmanager:ListSecrets", lambda vault, name: vault.list()),
])  # fmt: skip
def test_a_permission_that_is_missing_is_named(guarded, user, home, name, action, act):
    if "create" not in action.lower():
        assert guarded.vault(home, prefix=SHOP).put(name, "value-of-mine").ok
    me = user(without(whole_policy(), action))
    with permissions_asked_for(guarded):
        answer = act(me.vault(home, prefix=SHOP), name)
    assert answer.status == "permission" and f"may not {action};" in answer.message, answer


@pytest.mark.parametrize("batches", [True, False])
def test_an_upload_needs_the_policy_and_does_without_batches(guarded, user, proxy, home, project, keylift, name, batches):
    values = {f"{name}_{i}_PASSWORD": support.made_password() for i in range(25)}
    project.write("app.py", "".join(f'{key} = "{value}"\n' for key, value in values.items()))
    policy = POLICY if batches else without(POLICY, "secretsmanager:BatchGetSecretValue")
    env = user(policy).env(home)
    options = ["--endpoint", proxy.url, "--aws-region", REGION, "--prefix", SHOP, "--yes"]
    with permissions_asked_for(guarded):
        for _ in range(2):
            done = keylift("upload", "--to", "aws", *options, ".", cwd=project, env=env)
            assert done.returncode == 0, done.stdout + done.stderr
    client = guarded.client()
    for key, value in values.items():
        assert client.get_secret_value(SecretId=SHOP + key)["SecretString"] == value
        assert len(client.list_secret_version_ids(SecretId=SHOP + key)["Versions"]) == 1
    assert check_resources(POLICY, proxy.calls) > 100


def test_a_name_outside_of_the_documented_resource_is_seen_here():
    """The judge of resources is one that can say no."""
    assert allows(POLICY, "secretsmanager:CreateSecret", ARN + "shop/API_KEY-AbCdEf")
    assert not allows(POLICY, "secretsmanager:CreateSecret", ARN + "bank/API_KEY-AbCdEf")
    assert not allows(POLICY, "secretsmanager:DeleteSecret", ARN + "shop/API_KEY-AbCdEf")
