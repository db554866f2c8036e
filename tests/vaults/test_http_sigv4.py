"""AWS Signature Version 4 as it goes over the wire, made again by botocore from what arrived: servers of
tests do not verify it, AWS does."""

import re

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import support
from vaults.support_http import http_one
from vaults.support_proxy import FaultProxy

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request, "
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)
JSON_TYPE = "Content-Type: application/x-amz-json-1.1"
FORM_TYPE = "Content-Type: application/x-www-form-urlencoded; charset=utf-8"
# Service, method, path, headers, body: the shapes that keylift sends.
REQUESTS = {
    "secretsmanager": ("secretsmanager", "POST", "/", [JSON_TYPE, "X-Amz-Target: secretsmanager.CreateSecret"],
                       b'{"Name": "a/b", "SecretString": "\xc3\xa4 \\n"}'),
    "sts-form": ("sts", "POST", "/", [FORM_TYPE], b"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam"),
    "sts-query": ("sts", "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", [], b""),
    "empty-body": ("secretsmanager", "POST", "/", [JSON_TYPE, "X-Amz-Target: secretsmanager.ListSecrets"], b""),
    "large-body": ("secretsmanager", "POST", "/", [JSON_TYPE, "X-Amz-Target: secretsmanager.PutSecretValue"],
                   b"x" * 1_500_000),
    "accept": ("secretsmanager", "POST", "/", [JSON_TYPE, "Accept: application/json", "X-Amz-Target: a.B"], b"{}"),
}  # fmt: skip


def signed_again(call, match, secret, token, url):
    """The signature that botocore gives to the request that arrived."""
    names = match["headers"].split(";")
    request = AWSRequest(method=call.method, url=url + call.path, data=call.body,
                         headers={name: call.header(name) for name in names if name not in ("host", "x-amz-date")})  # fmt: skip
    signer = SigV4Auth(Credentials(match["id"], secret), match["service"], match["region"])
    request.context["timestamp"] = call.header("X-Amz-Date")
    request.headers["X-Amz-Date"] = call.header("X-Amz-Date")
    request.headers["Host"] = call.header("Host")
    assert (token is None) == ("x-amz-security-token" not in names)
    canonical = signer.canonical_request(request)
    return canonical, signer.signature(signer.string_to_sign(request, canonical), request)


@pytest.mark.parametrize("with_token", [False, True])
@pytest.mark.parametrize("name", REQUESTS)
def test_botocore_gives_what_arrived_the_same_signature(home, name, with_token):
    service, method, path, headers, body = REQUESTS[name]
    key_id, secret = support.made_aws_id(), support.made("", 40)
    token = support.made("", 400) + "/+==" if with_token else None
    with FaultProxy() as server:
        answer = http_one(home, method, server.url + path, *headers, body=body, region="eu-central-1", service=service,
                          id=key_id, secret=secret, token=token, total_ms=10000)  # fmt: skip
        assert answer["status"] == 200, answer
        [call] = server.calls
        url = server.url
    match = AUTHORIZATION.fullmatch(call.header("Authorization"))
    assert match and match["id"] == key_id and match["date"] == call.header("X-Amz-Date")[:8], call.headers
    signed = set(match["headers"].split(";"))
    expected = {"host", "x-amz-date", *(header.split(":")[0].lower() for header in headers)}
    assert signed >= expected | ({"x-amz-security-token"} if with_token else set())
    # What is signed must have arrived.
    assert all(call.header(header) is not None for header in signed)
    assert call.body == body and call.header("X-Amz-Security-Token") == token
    canonical, signature = signed_again(call, match, secret, token, url)
    assert match["signature"] == signature, canonical


def test_a_changed_request_has_another_signature(home):
    """That the comparison above can fail."""
    secret = support.made("", 40)
    with FaultProxy() as server:
        http_one(home, "POST", server.url + "/", JSON_TYPE, body=b"{}", region="eu-central-1", service="sts",
                 id=support.made_aws_id(), secret=secret)  # fmt: skip
        [call] = server.calls
        match = AUTHORIZATION.fullmatch(call.header("Authorization"))
        call.body = b"{ }"
        assert signed_again(call, match, secret, None, server.url)[1] != match["signature"]
