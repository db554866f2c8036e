"""The vault aws against two emulators, with boto3 as the judge of what is there."""

import json
import random
import sys
from collections import Counter

import pytest
from botocore.exceptions import ClientError

import support
from vaults.support_aws import REGION, aws, moto, prefix  # noqa: F401
from vaults.support_conformance import conformance
from vaults.support_proxy import FaultProxy

LIMIT = 65536


def planes():
    """A character of every plane of Unicode that has text, and the awkward ones of the first."""
    yield from ("é", "\u2028", "\ufeff", "\ufffd", "e\u0301", "\U0001f511")
    for plane in range(17):
        yield chr(plane * 0x10000 + 0x20AC)


def texts():
    yield from ("x", " ", " both ends ", "\t", "\n", "one\ntwo\r\nthree\r", 'it\'s "quoted"', "back\\slash\\", "\\u0041",
                "null", "0", "true", "{}", '{"json": [1, null]}', "dGVzdA==", "${HOME} $(id) `id` %HOME%", "<&>'\"")  # fmt: skip
    yield "\x01\x1b[31m\x7f\x80"
    yield from planes()
    yield "".join(planes())
    source = random.Random(5)
    for size in (100, 4096, LIMIT - 1, LIMIT):
        yield "".join(chr(source.randrange(32, 127)) for _ in range(size))
    yield "€" * (LIMIT // 3) + "x"
    yield "\x01" * LIMIT


def binaries():
    yield from (b"\0", b"\xff", b"text", bytes(range(256)), b"\xed\xa0\x80", b"a\0b", b"\n")
    yield random.Random(6).randbytes(LIMIT)


def read(client, name):
    answer = client.get_secret_value(SecretId=name)
    return answer["SecretString"].encode() if "SecretString" in answer else answer["SecretBinary"]


def conforms(aws, home, bundle=None):  # noqa: F811
    foreign = f"foreign-{sys.implementation.name}"
    aws.client().create_secret(Name=foreign, SecretString="foreign-value")
    try:
        conformance("aws", aws.env(home), endpoint=aws.url, aws_region=REGION, foreign=foreign, bundle=bundle)
    finally:
        aws.client().delete_secret(SecretId=foreign, ForceDeleteWithoutRecovery=True)


def test_the_vault_conforms(aws, home):  # noqa: F811
    conforms(aws, home)


def test_the_vault_conforms_with_its_names_as_fields_of_one_secret(moto, home):  # noqa: F811
    """Not on ministack, which deletes a version as soon as it has no label; AWS keeps a hundred of them."""
    conforms(moto, home, bundle="shop")


def test_boto3_reads_what_keylift_wrote(aws, home, prefix):  # noqa: F811
    cases = [(text.encode(), False) for text in texts()] + [(value, True) for value in binaries()]
    with aws.tool(home, prefix=prefix) as vault:
        answers = [vault.put(f"V{i}", value, binary) for i, (value, binary) in enumerate(cases)]
    client = aws.client()
    for i, ((value, binary), answer) in enumerate(zip(cases, answers)):
        assert answer.status == "ok", (i, answer.message)
        got = client.get_secret_value(SecretId=f"{prefix}V{i}")
        assert got["VersionId"] == answer.version
        assert ("SecretBinary" in got) == binary
        assert (got["SecretBinary"] if binary else got["SecretString"].encode()) == value


def test_keylift_reads_what_boto3_wrote(aws, home, prefix):  # noqa: F811
    client, cases = aws.client(), list(texts()) + list(binaries())
    for i, value in enumerate(cases):
        kind = "SecretBinary" if isinstance(value, bytes) else "SecretString"
        client.create_secret(Name=f"{prefix}V{i}", **{kind: value})
    with aws.tool(home, prefix=prefix) as vault:
        answers = [vault.get(f"V{i}") for i in range(len(cases))]
    for i, (value, answer) in enumerate(zip(cases, answers)):
        assert answer.status == "ok", (i, answer.message)
        assert answer.binary == isinstance(value, bytes)
        assert answer.value == (value if isinstance(value, bytes) else value.encode())


@pytest.mark.parametrize("value, binary, status", [
    (b"", False, "unsupported"), (b"", True, "unsupported"), (b"a\0b", False, "unsupported"),
    (b"\xff", False, "unsupported"), (b"\xed\xa0\x80", False, "unsupported"),
    (b"x" * (LIMIT + 1), False, "limit"), (b"x" * (LIMIT + 1), True, "limit"),
])  # fmt: skip
def test_what_cannot_be_held_is_refused_by_name(home, value, binary, status):
    """No server: nothing is sent."""
    from vaults.support_aws import Aws

    answer = Aws("none", "http://127.0.0.1:1").vault(home).put("KEY", value, binary)
    assert answer.status == status and "KEY" in answer.message


def test_a_put_is_tagged_and_encrypted_as_told(aws, home, prefix):  # noqa: F811
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    vault = aws.vault(home, prefix=prefix, run_id="run-7", aws_kms_key=key)
    assert vault.put("KEY", b"value").status == "ok"
    found = aws.client().describe_secret(SecretId=prefix + "KEY")
    tags = {tag["Key"]: tag["Value"] for tag in found["Tags"]}
    assert tags == {"managed-by": "keylift", "keylift-run": "run-7"}
    assert found["KmsKeyId"] == key


def test_only_what_is_tagged_gets_a_version(aws, home, prefix):  # noqa: F811
    client, vault = aws.client(), aws.vault(home, prefix=prefix)
    client.create_secret(Name=prefix + "OTHER", SecretString="theirs", Description="kept")
    answer = vault.add("OTHER", b"ours")
    assert answer.status == "refused" and "managed-by" in answer.message
    assert read(client, prefix + "OTHER") == b"theirs"
    client.tag_resource(SecretId=prefix + "OTHER", Tags=[{"Key": "managed-by", "Value": "keylift"}])
    added = vault.add("OTHER", b"ours")
    assert added.status == "ok"
    assert read(client, prefix + "OTHER") == b"ours"
    assert client.describe_secret(SecretId=prefix + "OTHER")["Description"] == "kept"
    assert client.get_secret_value(SecretId=prefix + "OTHER", VersionId=added.version)["SecretString"] == "ours"
    assert client.get_secret_value(SecretId=prefix + "OTHER", VersionStage="AWSPREVIOUS")["SecretString"] == "theirs"


def test_a_secret_scheduled_for_deletion_is_explained(aws, home, prefix):  # noqa: F811
    client, vault = aws.client(), aws.vault(home, prefix=prefix)
    vault.put("KEY", b"value")
    client.delete_secret(SecretId=prefix + "KEY", RecoveryWindowInDays=7)
    for answer in (vault.get("KEY"), vault.put("KEY", b"value"), vault.add("KEY", b"value")):
        assert answer.status == "conflict", answer
        assert "scheduled for deletion" in answer.message and "restore-secret" in answer.message
    client.restore_secret(SecretId=prefix + "KEY")
    assert vault.get("KEY").value == b"value"


def test_250_secrets_are_listed_with_their_prefix_alone(aws, home, prefix):  # noqa: F811
    names = {f"KEY_{i:03}" for i in range(250)}
    aws.client().create_secret(Name=prefix.rstrip("/") + "-OTHER", SecretString="x")
    with aws.tool(home, prefix=prefix) as vault:
        assert {vault.put(name, b"v").status for name in sorted(names)} == {"ok"}
        listed = vault.list()
    assert listed.status == "ok", listed.message
    assert sorted(listed.names) == sorted(names)


def test_a_batch_gives_what_is_there_and_nothing_of_the_rest(aws, home, prefix):  # noqa: F811
    client = aws.client()
    for name in ("THERE", "GONE", "BYTES"):
        client.create_secret(Name=prefix + name, **({"SecretBinary": b"a\0"} if name == "BYTES" else {"SecretString": "v"}))
    client.delete_secret(SecretId=prefix + "GONE", RecoveryWindowInDays=7)
    answer = aws.vault(home, prefix=prefix).many(["THERE", "NEVER", "GONE", "BYTES", "THERE"])
    assert answer.ok, answer
    assert answer.names == ["THERE", "BYTES", "THERE"]
    assert answer.lines == ["ok", "not-found", "unsupported", "ok", "ok"]  # get says what is wrong with GONE


def run_upload(aws, home, project, keylift, url, prefix):  # noqa: F811
    options = ["--endpoint", url, "--aws-region", REGION, "--prefix", prefix, "--yes"]
    return keylift("upload", "--to", "aws", *options, ".", cwd=project, env=aws.env(home))


def operations(calls):
    """How often each was called."""
    return Counter(call.header("X-Amz-Target").split(".")[1] for call in calls if call.header("X-Amz-Target"))


def test_100_secrets_that_are_there_are_looked_up_in_few_calls(aws, home, project, keylift, prefix):  # noqa: F811
    values = {f"SERVICE_{i}_PASSWORD": support.made_password() for i in range(100)}
    project.write("app/settings.py", "".join(f'{name} = "{value}"\n' for name, value in values.items()))
    client = aws.client()
    for name, value in values.items():
        client.create_secret(Name=prefix + name, SecretString=value)
    with FaultProxy(upstream=aws.url, host="127.0.0.1") as between:
        done = run_upload(aws, home, project, keylift, between.url, prefix)
    assert done.returncode == 0, done.stdout + done.stderr
    calls = operations(between.calls)
    # 5 batches for the names, and the batches before it for the names that each might have had. Nothing is written.
    # What is there is read back as the code will read it, and by version: that is 200.
    assert set(calls) == {"BatchGetSecretValue", "GetSecretValue"}
    assert calls["BatchGetSecretValue"] <= 25 and calls["GetSecretValue"] == 200
    for name in values:
        assert len(client.list_secret_version_ids(SecretId=prefix + name)["Versions"]) == 1


def test_without_the_permission_for_batches_each_is_looked_up_alone(moto, home, project, keylift, prefix):  # noqa: F811
    values = {f"SERVICE_{i}_PASSWORD": support.made_password() for i in range(30)}
    project.write("app/settings.py", "".join(f'{name} = "{value}"\n' for name, value in values.items()))
    for name, value in list(values.items())[:25]:
        moto.client().create_secret(Name=prefix + name, SecretString=value)

    denied = (400, [("Content-Type", "application/x-amz-json-1.1")], b'{"__type": "AccessDeniedException"}')
    with FaultProxy(upstream=moto.url, host="127.0.0.1") as inner:
        def handler(call):
            return denied if "BatchGet" in (call.header("X-Amz-Target") or "") else inner._ask_server(call)

        with FaultProxy(handler=handler, host="127.0.0.1") as between:
            done = run_upload(moto, home, project, keylift, between.url, prefix)
    assert done.returncode == 0, done.stdout + done.stderr
    calls = operations(between.calls)
    # It is tried once where names are chosen and once before the writes, and not for every 20 names.
    assert calls["BatchGetSecretValue"] == 2
    # An answer that is late is asked for again, with the same token: that makes no second secret.
    created = [json.loads(call.body) for call in between.calls if (call.header("X-Amz-Target") or "").endswith(".CreateSecret")]
    assert len({(body["Name"], body["ClientRequestToken"]) for body in created}) == 5
    assert calls["GetSecretValue"] >= 30 + 60
    for name, value in values.items():
        assert read(moto.client(), prefix + name) == value.encode()


def test_the_identity_is_that_of_sts(aws, home, prefix):  # noqa: F811
    caller = aws.client("sts").get_caller_identity()
    lines = aws.vault(home, prefix=prefix).identity().lines
    assert f"account: {caller['Account']}" in lines
    assert f"principal: {caller['Arn']}" in lines
    assert any(line.startswith(f"region: {REGION}") for line in lines)
    assert any(line.startswith(f"endpoint: {aws.url}") for line in lines)


def test_a_check_says_what_may_be_done(aws, home, prefix):  # noqa: F811
    lines = aws.vault(home, prefix=prefix).check().lines
    assert "may read: yes" in lines and "may list names: yes" in lines
    assert "credential: environment (AWS_ACCESS_KEY_ID)" in lines


def test_the_same_token_twice_is_one_version(moto, home, prefix):  # noqa: F811
    """What a retried call relies on, and that keylift's version is that token."""
    client, version = moto.client(), moto.vault(home, prefix=prefix).put("KEY", b"value").version
    for _ in range(2):
        client.put_secret_value(SecretId=prefix + "KEY", SecretString="value", ClientRequestToken=version)
    versions = client.list_secret_version_ids(SecretId=prefix + "KEY", IncludeDeprecated=True)["Versions"]
    assert [entry["VersionId"] for entry in versions] == [version]
    with pytest.raises(ClientError):
        client.create_secret(Name=prefix + "KEY", SecretString="other")
