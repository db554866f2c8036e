"""The ways in which keylift gets a token for Vault, each against a real server, and its TLS settings."""

import http.server
import json
import threading
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

import support
from vaults.support_bao import Bao
from vaults.support_vaulttool import VaultTool

POLICY = """
path "secret/data/*" { capabilities = ["create", "read", "update", "patch"] }
path "secret/metadata/*" { capabilities = ["patch", "list"] }
"""
LINKS = ["environment", "token-file", "approle", "kubernetes", "jwt"]
SERIAL = iter(range(1, 1 << 30))


@pytest.fixture
def options(bao):
    bao.root.sys.create_or_update_policy("keylift", POLICY)
    return {"vault_addr": bao.address, "ca_file": bao.ca, "vault_mount": "secret", "prefix": f"c{next(SERIAL)}"}


def works(options, env, owner, secrets):
    """The credential stores and reads; check says which one it was; nothing that was printed holds it."""
    with VaultTool("vault", env, **options) as vault:
        assert vault.put("KEY", "v").ok
        assert vault.get("KEY").value == b"v"
        lines = vault.check().lines
    assert f"credential: {owner}" in lines, lines
    used = LINKS.index(owner.split(" ")[0])
    for link in LINKS[:used]:
        assert any(line.startswith(f"not used: {link}: ") for line in lines), lines
    everything = "\n".join(vault.said) + vault.trace
    assert not any(secret in everything for secret in secrets)
    return lines


def refused(options, env, status, *words, secrets=()):
    with VaultTool("vault", env, **options) as vault:
        if not vault.opened.ok:
            answer = vault.opened
        else:
            answer = vault.get("KEY")
            vault.check()
    assert answer.status == status and all(word in answer.message for word in words), answer
    everything = "\n".join(vault.said) + vault.trace
    assert not any(secret in everything for secret in secrets)


# --- tokens ---------------------------------------------------------------------------
def test_a_token_of_the_environment(bao, options, home):
    token = bao.token(POLICY)
    works(options, support.clean_env(home, VAULT_TOKEN=token), "environment (VAULT_TOKEN)", [token])
    works({**options, "prefix": "b"}, support.clean_env(home, BAO_TOKEN=token), "environment (BAO_TOKEN)", [token])
    # An empty variable is one that is not set.
    (home / ".vault-token").write_text(token + "\n")
    env = support.clean_env(home, VAULT_TOKEN="", BAO_TOKEN="")
    works({**options, "prefix": "e"}, env, "token-file (~/.vault-token)", [token])


def test_the_token_file_and_what_may_stand_in_it(bao, options, home):
    token, file = bao.token(POLICY), home / ".vault-token"
    for text in (token, token + "\n", "\r\n  " + token + " \n"):
        file.write_text(text)
        works({**options, "prefix": f"f{next(SERIAL)}"}, support.clean_env(home), "token-file (~/.vault-token)", [token])
    file.write_text(token + "\nX-Injected: 1")
    refused(options, support.clean_env(home), "credentials", "more than one token", secrets=[token])
    file.write_bytes(b"\xff\xfe" + token.encode())
    refused(options, support.clean_env(home), "credentials", secrets=[token])
    file.write_text("\n")
    refused(options, support.clean_env(home), "credentials", "no credential found")
    file.write_text("x" * 100000)
    refused(options, support.clean_env(home), "limit")


def test_no_credential_at_all_names_what_was_tried(options, home):
    refused(options, support.clean_env(home), "credentials", *LINKS)


def test_a_token_that_is_revoked_or_nonsense(bao, options, home):
    token = bao.token(POLICY)
    bao.root.auth.token.revoke(token)
    for one in (token, support.made("s.", 24)):
        refused(options, support.clean_env(home, VAULT_TOKEN=one), "credentials", "ran out, was revoked", secrets=[one])


# --- AppRole -----------------------------------------------------------------------------
@pytest.fixture(scope="module")
def approle(bao):
    bao.root.sys.create_or_update_policy("keylift", POLICY)
    bao.root.sys.enable_auth_method("approle")
    role = bao.root.auth.approle

    def make(name, **settings):
        role.create_or_update_approle(name, token_policies=["keylift"], **settings)
        secret = role.generate_secret_id(name)["data"]["secret_id"] if settings.get("bind_secret_id", True) else None
        return role.read_role_id(name)["data"]["role_id"], secret

    return make


def test_an_approle_with_its_secret_id_from_variable_or_file(approle, options, home, tmp_path):
    role, secret = approle("shop")
    owner = "approle (the role of VAULT_ROLE_ID)"
    works(options, support.clean_env(home, VAULT_ROLE_ID=role, VAULT_SECRET_ID=secret), owner, [secret])
    file = tmp_path / "secret-id"
    file.write_text(secret + "\n")
    env = support.clean_env(home, BAO_ROLE_ID=role, VAULT_SECRET_ID_FILE=str(file))
    works({**options, "prefix": "af"}, env, owner, [secret])
    wrong = support.made("", 36)
    refused(options, support.clean_env(home, VAULT_ROLE_ID=role, VAULT_SECRET_ID=wrong), "credentials",
            "credential approle: auth/approle", "refuses the login", secrets=[wrong])  # fmt: skip
    env = support.clean_env(home, VAULT_ROLE_ID=role, VAULT_SECRET_ID_FILE=str(tmp_path / "absent"))
    refused(options, env, "credentials", "absent")
    env = support.clean_env(home, VAULT_ROLE_ID=role, VAULT_SECRET_ID=secret, VAULT_APPROLE_MOUNT="elsewhere")
    refused(options, env, "credentials", "auth/elsewhere", secrets=[secret])


def test_an_approle_without_a_secret_id(approle, options, home):
    role, _ = approle("bare", bind_secret_id=False, token_bound_cidrs=["127.0.0.1/32"])
    works(options, support.clean_env(home, VAULT_ROLE_ID=role), "approle (the role of VAULT_ROLE_ID)", [])


def test_a_token_that_runs_out_in_the_middle_of_a_run_is_made_anew(bao, approle, options, home):
    role, secret = approle("short", token_num_uses=5)
    with VaultTool("vault", support.clean_env(home, VAULT_ROLE_ID=role, VAULT_SECRET_ID=secret), **options) as vault:
        for i in range(12):
            assert vault.put(f"KEY_{i}", f"v{i}").ok
            assert vault.get(f"KEY_{i}").value == f"v{i}".encode()
    written = bao.client(bao.root.token).secrets.kv.v2.list_secrets(options["prefix"], mount_point="secret")
    assert len(written["data"]["keys"]) == 12


def test_a_given_token_that_runs_out_in_the_middle_of_a_run_is_an_error(bao, options, home):
    token = bao.token(POLICY)
    with VaultTool("vault", support.clean_env(home, VAULT_TOKEN=token), **options) as vault:
        assert vault.put("ONE", "v").ok
        bao.root.auth.token.revoke(token)
        answer = vault.put("TWO", "v")
    assert answer.status == "credentials" and token not in answer.message + vault.trace


# --- JWT ----------------------------------------------------------------------------------
def keys():
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return key, public.decode()


@pytest.fixture(scope="module")
def signer(bao):
    """Makes tokens that the server's JWT login takes."""
    key, public = keys()
    bao.root.sys.create_or_update_policy("keylift", POLICY)
    bao.root.sys.enable_auth_method("jwt")
    bao.root.auth.jwt.configure(jwt_validation_pubkeys=public, bound_issuer="ci", default_role="ci")
    bao.root.auth.jwt.create_role(
        "ci", role_type="jwt", user_claim="sub", bound_audiences=["vault"], allowed_redirect_uris=[],
        token_policies=["keylift"],
    )  # fmt: skip
    bao.root.auth.jwt.create_role(
        "other", role_type="jwt", user_claim="sub", bound_audiences=["other"], allowed_redirect_uris=[]
    )

    def sign(**claims):
        now = int(time.time())
        return jwt.encode({"iss": "ci", "aud": "vault", "sub": "build", "iat": now, "exp": now + 600, **claims}, key, "ES256")

    return sign


def test_a_jwt_from_variable_or_file(signer, options, home, tmp_path):
    token = signer()
    works(options, support.clean_env(home, VAULT_JWT=token), "jwt (the default role)", [token])
    file = tmp_path / "token"
    file.write_text(token)
    env = support.clean_env(home, VAULT_JWT_FILE=str(file), VAULT_JWT_ROLE="ci")
    works({**options, "prefix": "jf"}, env, "jwt (role ci)", [token])
    refused(options, {**env, "VAULT_JWT_ROLE": "other"}, "credentials", "auth/jwt", "audience", secrets=[token])
    late = signer(exp=int(time.time()) - 3600, iat=int(time.time()) - 7200)
    refused(options, support.clean_env(home, VAULT_JWT=late), "credentials", "expired", secrets=[late])


# --- Kubernetes ------------------------------------------------------------------------------
class TokenReview(http.server.BaseHTTPRequestHandler):
    """POST /apis/authentication.k8s.io/v1/tokenreviews, as the cluster answers it."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        known = self.path == "/apis/authentication.k8s.io/v1/tokenreviews"
        known = known and self.headers["Authorization"] == "Bearer " + self.server.token
        status = {"authenticated": False, "error": "unknown token"}
        if known and body["spec"]["token"] == self.server.token:
            user = {"username": "system:serviceaccount:shop:keylift", "uid": "u-1", "groups": ["system:serviceaccounts"]}
            status = {"authenticated": True, "user": user, "audiences": ["vault"]}
        answer = json.dumps({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status}).encode()
        self.send_response(201 if known else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


@pytest.fixture
def cluster(bao, bao_authority):
    key, _ = keys()
    now = int(time.time())
    claims = {
        "iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:shop:keylift", "aud": ["vault"], "exp": now + 600, "iat": now, "nbf": now,
        "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "keylift", "uid": "u-1"}},
    }  # fmt: skip
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TokenReview)
    server.token = jwt.encode(claims, key, "ES256")
    server.socket = bao_authority.issue("localhost", "127.0.0.1").server_context().wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    bao.root.sys.create_or_update_policy("keylift", POLICY)
    bao.root.sys.enable_auth_method("kubernetes")
    try:
        bao.root.auth.kubernetes.configure(
            kubernetes_host=f"https://127.0.0.1:{server.server_port}", kubernetes_ca_cert=bao_authority.ca_file.read_text(),
            token_reviewer_jwt=server.token, issuer=None, disable_local_ca_jwt=True,
        )  # fmt: skip
        bao.root.auth.kubernetes.create_role(
            "keylift", bound_service_account_names=["keylift"], bound_service_account_namespaces=["shop"],
            policies=["keylift"],
        )  # fmt: skip
        yield server
    finally:
        bao.root.sys.disable_auth_method("kubernetes")
        server.shutdown()
        server.server_close()


def test_a_pod_with_its_service_account(cluster, options, home, tmp_path):
    file = tmp_path / "token"
    file.write_text(cluster.token)
    env = support.clean_env(home, VAULT_KUBERNETES_ROLE="keylift", VAULT_KUBERNETES_TOKEN_PATH=str(file))
    works(options, env, "kubernetes (role keylift)", [cluster.token])
    refused(options, {**env, "VAULT_KUBERNETES_ROLE": "stranger"}, "credentials", "auth/kubernetes", secrets=[cluster.token])
    absent = {**env, "VAULT_KUBERNETES_TOKEN_PATH": str(tmp_path / "absent")}
    refused(options, absent, "credentials", "credential kubernetes", "absent")


# --- the order ----------------------------------------------------------------------------------
def test_the_first_that_applies_is_used_and_a_wrong_one_is_no_reason_for_the_next(bao, approle, signer, options, home):
    role, secret = approle("ordered")
    token = bao.token(POLICY)
    env = support.clean_env(home, VAULT_TOKEN=token, VAULT_ROLE_ID=role, VAULT_SECRET_ID=secret, VAULT_JWT=signer())
    works(options, env, "environment (VAULT_TOKEN)", [token, secret])
    del env["VAULT_TOKEN"]
    works({**options, "prefix": "o2"}, env, "approle (the role of VAULT_ROLE_ID)", [secret])
    env["VAULT_SECRET_ID"] = wrong = support.made("", 36)
    refused(options, env, "credentials", "credential approle", secrets=[wrong])


# --- TLS --------------------------------------------------------------------------------------------
def test_the_servers_certificate_is_always_checked(bao, bao_authority, home, tmp_path):
    from vaults.support_tls import Authority

    env = support.clean_env(home, VAULT_TOKEN=bao.token(POLICY))
    other = Authority(tmp_path / "other").ca_file
    refused({"vault_addr": bao.address, "ca_file": other}, env, "tls", "127.0.0.1")
    refused({"vault_addr": bao.address}, env, "tls", "--ca-file")
    refused({"vault_addr": bao.address}, {**env, "VAULT_SKIP_VERIFY": "true"}, "refused", "VAULT_SKIP_VERIFY", "VAULT_CACERT")
    refused({"vault_addr": bao.address}, {**env, "VAULT_CAPATH": str(tmp_path)}, "unsupported", "VAULT_CACERT")
    with VaultTool("vault", {**env, "VAULT_CACERT": str(bao.ca), "VAULT_ADDR": bao.address, "VAULT_SKIP_VERIFY": "0"}) as v:
        assert any(line.startswith(f"address: {bao.address} (from VAULT_ADDR; ") for line in v.identity().lines)


def test_addresses_that_are_none(home):
    env = support.clean_env(home, VAULT_TOKEN="unused")
    for address, status, word in (
        ("", "usage", "VAULT_ADDR"), ("vault.example:8200", "usage", "https://"), ("unix:///run/agent", "unsupported", "socket"),
        ("https://user:word@vault.example", "usage", "without user"), ("https://vault.example/?a=b", "usage", "query"),
        ("http://vault.example:8200", "refused", "vault.example"),
    ):  # fmt: skip
        refused({"vault_addr": address} if address else {}, env, status, word)


@pytest.mark.slow
def test_a_client_certificate_and_a_name_of_its_own(tmp_path, bao_authority, home):
    server = Bao(
        tmp_path / "mutual", bao_authority, certificate=bao_authority.issue("vault.internal", "127.0.0.1"),
        client_ca=bao_authority.ca_file,
    )  # fmt: skip
    mine = bao_authority.issue("a-client", client=True)
    try:
        server.client_certificate = (str(mine.file), str(mine.key))
        server.wait().initialize()
        server.mount("secret")
        env = support.clean_env(home, VAULT_TOKEN=server.root.token)
        options = {"vault_addr": server.address, "ca_file": server.ca}
        with VaultTool("vault", env, **options) as vault:
            assert vault.identity().status in ("tls", "network")
        env.update(VAULT_CLIENT_CERT=str(mine.file))
        refused(options, env, "usage", "VAULT_CLIENT_KEY")
        env.update(VAULT_CLIENT_KEY=str(mine.key), VAULT_TLS_SERVER_NAME="vault.internal")
        with VaultTool("vault", env, **options) as vault:
            assert vault.put("KEY", "v").ok
        env["VAULT_TLS_SERVER_NAME"] = "vault.elsewhere"
        refused(options, env, "tls", "is for another host")
    finally:
        server.stop()
