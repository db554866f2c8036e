"""What Azure refuses and what it should not answer: each ends in a message with the next step, and never in a value."""

import json

import pytest

from doubles.http_service import Reply
from vaults.support_azure import azure, azure_service  # noqa: F401


@pytest.fixture
def env(azure, home):  # noqa: F811
    return azure.base(home, **azure.with_secret())


# ---- refusals ----


def test_a_soft_deleted_name_is_explained_and_left(azure, env):  # noqa: F811
    azure.vault.store("API-KEY", "value-old")
    azure.vault.deleted["api-key"] = azure.vault.secrets.pop("api-key")
    with azure.tool(env) as vault:
        answer = vault.put("API_KEY", "value-one")
        assert vault.get("API_KEY").status == "not-found"
    assert answer.status == "refused"
    assert "az keyvault secret recover --vault-name 127 --name API-KEY" in answer.message
    assert "az keyvault secret purge --vault-name 127 --name API-KEY" in answer.message
    assert "api-key" in azure.vault.deleted and "api-key" not in azure.vault.secrets


def test_a_disabled_secret_is_explained(azure, env):  # noqa: F811
    azure.vault.store("API-KEY", "value-one", attributes={"enabled": False})
    with azure.tool(env) as vault:
        for answer in (vault.get("API_KEY"), vault.put("API_KEY", "value-two"), vault.add("API_KEY", "value-two")):
            assert answer.status == "refused" and "API_KEY" in answer.message
            assert "set-attributes --vault-name 127 --name API-KEY --enabled true" in answer.message


def test_check_tells_of_disabled_expired_and_early_secrets(azure, env):  # noqa: F811
    azure.vault.store("A", "x", attributes={"enabled": False})
    azure.vault.store("B", "x", attributes={"exp": 1000})
    azure.vault.store("C", "x", attributes={"nbf": 4102444800})
    azure.vault.store("D", "x", tags={"managed-by": "keylift"})
    with azure.tool(env) as vault:
        text = "\n".join(vault.check().lines)
    for line in ("may list: yes (4 secrets, 1 stored by keylift)", "warning: 1 disabled", "warning: 1 past their expiry",
                 "warning: 1 not valid yet", "may read: yes"):  # fmt: skip
        assert line in text


@pytest.mark.parametrize("allowed,call", [(("list", "set"), "get"), (("get", "list"), "put"), (("get", "set"), "list")])
def test_a_missing_permission_comes_with_the_role_and_its_command(azure, env, allowed, call):  # noqa: F811
    azure.vault.allowed = {azure.app.object_id: allowed}
    with azure.tool(env) as vault:
        answer = {"get": lambda: vault.get("A"), "put": lambda: vault.put("A", "value-one"), "list": vault.list}[call]()
    assert answer.status == "permission" and "ForbiddenByRbac" in answer.message
    assert '"Key Vault Secrets Officer"' in answer.message
    assert f"az role assignment create --role \"Key Vault Secrets Officer\" --assignee {azure.app.object_id}" in answer.message


def test_the_firewall_and_the_private_network_are_explained(azure, env):  # noqa: F811
    azure.vault.firewall = True
    with azure.tool(env) as vault:
        answer = vault.put("API_KEY", "value-one")
        assert answer.status == "permission" and "az keyvault network-rule add" in answer.message
        assert "Client address: 127.0.0.1" in answer.message
    azure.vault.private = True
    with azure.tool(env) as vault:
        answer = vault.identity()
        assert answer.status == "permission" and "private network" in answer.message


@pytest.mark.parametrize("status,code,inner,category", [
    (403, "Forbidden", "ForbiddenByPolicy", "permission"), (403, "Forbidden", "AccessDenied", "permission"),
    (403, "Forbidden", None, "permission"), (403, "Forbidden", "SecretExpired", "refused"),
    (403, "Forbidden", "SecretNotYetValid", "refused"), (404, "VaultNotFound", None, "protocol"),
    (409, "Conflict", "ObjectIsBeingDeleted", "refused"), (409, "Conflict", "ObjectIsBeingRecovered", "refused"),
    (409, "Conflict", None, "conflict"), (400, "BadParameter", None, "unsupported"), (418, "Teapot", None, "protocol"),
    (302, "Found", None, "protocol"), (201, "Created", None, "protocol"),
])  # fmt: skip
def test_every_refusal_has_a_category_and_keeps_the_value_to_itself(azure, env, status, code, inner, category):  # noqa: F811
    """Also where the service's message repeats what it was sent."""
    error = {"code": code, "message": "You sent value-one and it is bad", **({"innererror": {"code": inner}} if inner else {})}

    def refuse(request):
        if request.method == "PUT":
            raise Reply(status, {"error": error})

    azure.vault.before = refuse
    with azure.tool(env) as vault:
        answer = vault.put("API_KEY", "value-one")
    assert answer.status == category and f"({status}" in answer.message and (inner or code) in answer.message
    assert "API_KEY" in answer.message and "value-one" not in answer.message + vault.trace


# ---- answers that are wrong ----


def bundle(azure, name="API-KEY", **more):  # noqa: F811
    return {"id": f"{azure.vault.url}/secrets/{name}/{'0' * 32}", "value": "value-one", "attributes": {}, **more}


WRONG = {
    "NUL": lambda a: json.dumps(bundle(a, value="value\0one")).encode(),
    "two values": lambda a: json.dumps(bundle(a)).encode()[:-1] + b', "value": "value-two"}',
    "no value": lambda a: json.dumps({k: v for k, v in bundle(a).items() if k != "value"}).encode(),
    "value is a number": lambda a: json.dumps(bundle(a, value=1)).encode(),
    "another name": lambda a: json.dumps(bundle(a, name="OTHER")).encode(),
    "no id": lambda a: json.dumps(bundle(a, id=None)).encode(),
    "id without version": lambda a: json.dumps(bundle(a, id=f"{a.vault.url}/secrets/API-KEY")).encode(),
    "id with a path": lambda a: json.dumps(bundle(a, id=f"{a.vault.url}/secrets/API-KEY/../x")).encode(),
    "half a surrogate": lambda a: json.dumps(bundle(a)).replace("value-one", "\\ud800").encode(),
    "no UTF-8": lambda a: json.dumps(bundle(a)).encode().replace(b"value-one", b"\xff"),
    "half": lambda a: json.dumps(bundle(a)).encode()[:-9],
    "a list": lambda a: b"[]",
    "nothing": lambda a: b"",
    "deep": lambda a: b"[" * 100000,
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_answer_that_is_wrong_is_no_value(azure, env, wrong):  # noqa: F811
    def after(request, reply):
        if request.path.startswith("/secrets/API-KEY") and request.method == "GET":
            return Reply(200, WRONG[wrong](azure))
        return reply

    azure.vault.after = after
    with azure.tool(env) as vault:
        answer = vault.get("API_KEY")
    assert not answer.ok and answer.value is None and "API_KEY" in answer.message
    assert answer.status == {"NUL": "unsupported"}.get(wrong, answer.status) and answer.status != "not-found"
    assert "value-one" not in answer.message and "value-two" not in answer.message


@pytest.mark.parametrize("link", [
    "https://evil.example/secrets?api-version=7.4", "{http}/secrets?x", "{url}.evil.example/secrets?x", "{url}/keys?x",
    "{url}@evil.example/secrets", "//evil.example/secrets", "/secrets?x", "{url}/secrets\n", "{url}/secrets?a b", "{url}0/secrets",
])  # fmt: skip
def test_a_list_is_followed_on_the_same_host_alone(azure, env, link):  # noqa: F811
    link = link.replace("{url}", azure.vault.url).replace("{http}", azure.vault.url.replace("https", "http"))

    def after(request, reply):
        return Reply(200, {"value": [], "nextLink": link}) if request.path == "/secrets" else reply

    azure.vault.after = after
    with azure.tool(env) as vault:
        answer = vault.list()
    assert answer.status == "protocol" and "not followed" in answer.message
    assert len([r for r in azure.vault.requests if r[3]]) == 1


def test_the_api_version_is_on_every_call(azure, env):  # noqa: F811
    for i in range(30):
        azure.vault.store(f"NAME-{i}", "x")
    with azure.tool(env) as vault:
        assert vault.put("A", "value-one").ok and vault.get("A").ok and vault.add("A", "value-two").ok
        assert len(vault.list().names) == 31
        vault.check()
    assert {query.get("api-version") for _, _, query, *_ in azure.vault.requests} == {"7.4"}


# ---- which vault ----


@pytest.mark.parametrize("option,host,cloud", [
    ("shop", "shop.vault.azure.net", "public"), ("shop.vault.azure.cn", "shop.vault.azure.cn", "China"),
    ("https://shop.vault.usgovcloudapi.net/", "shop.vault.usgovcloudapi.net", "US Government"),
    ("https://SHOP.vault.azure.net", "shop.vault.azure.net", "public"),
    ("https://shop.vault.azure.net:443", "shop.vault.azure.net", "public"),
    ("https://shop.example.com", "shop.example.com", "none"),
])  # fmt: skip
def test_the_vault_is_a_name_or_an_address(azure, home, option, host, cloud):  # noqa: F811
    """No such host is asked here: the proxy named is a port on which nobody listens."""
    env = azure.base(home, https_proxy="http://127.0.0.1:1")
    del env["AZURE_AUTHORITY_HOST"]
    with azure.tool(env, endpoint=None, ca_file=None, azure_vault=option) as vault:
        assert vault.opened.ok
        answer = vault.check()
    assert answer.status == "network"
    assert answer.lines[0].lower().startswith(f"vault: https://{host}") and answer.lines[1].startswith(f"cloud: {cloud}")


def test_a_name_alone_lies_in_the_cloud_of_the_authority(azure, home):  # noqa: F811
    for authority, domain in (("login.chinacloudapi.cn", "vault.azure.cn"),
                              ("https://login.microsoftonline.us/", "vault.usgovcloudapi.net")):  # fmt: skip
        env = azure.base(home, https_proxy="http://127.0.0.1:1", AZURE_AUTHORITY_HOST=authority)
        with azure.tool(env, endpoint=None, ca_file=None, azure_vault="shop") as vault:
            assert vault.check().lines[0] == f"vault: https://shop.{domain}"


@pytest.mark.parametrize("option", [
    "sh", "1shop", "shop-", "s_hop", "x" * 25, "http://shop.vault.azure.net", "https://", "https://shop.vault.azure.net/x",
    "https://user@shop.vault.azure.net", "https://shop.vault.azure.net?x", "shop.vault.azure.net/x", "ftp://shop", "https://:1",
])  # fmt: skip
def test_what_is_no_vault_is_refused_at_once(azure, home, option):  # noqa: F811
    with azure.tool(azure.base(home), endpoint=None, azure_vault=option) as vault:
        assert vault.opened.status == "usage" and "--azure-vault" in vault.opened.message


def test_without_a_vault_the_message_says_how_to_name_one(azure, home):  # noqa: F811
    with azure.tool(azure.base(home), endpoint=None) as vault:
        assert vault.opened.status == "usage" and "--azure-vault NAME" in vault.opened.message
    env = azure.base(home, AZURE_KEYVAULT_URL=azure.vault.url)
    with azure.tool(env, endpoint=None) as vault:
        assert vault.opened.ok and vault.check().lines[0] == f"vault: {azure.vault.url}"
