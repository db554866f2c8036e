"""keylift's chain of credentials and boto3's, over the same files and environment: what the one finds, the other
must find, because the rewritten code uses boto3."""

import hashlib
import json
import subprocess
import sys

import pytest

import support
from vaults.support_aws import ACCESS, REGION
from vaults.support_aws_accounts import LATER, Accounts, derive
from vaults.support_vaulttool import VaultTool

SECRET = "AWS_SECRET_" + "ACCESS_KEY"
ID, KEY = "aws_access_key_id", "aws_secret_" + "access_key"
PAST = "2020-01-01T00:00:00Z"

BOTO3 = """
import json, sys
import botocore.session
session = botocore.session.Session(profile=sys.argv[1] or None)
try:
    found = session.get_credentials()
    frozen = found.get_frozen_credentials() if found else None
    print(json.dumps([frozen.access_key, frozen.token, frozen.secret_key] if frozen else None))
except Exception as error:
    print(json.dumps({"error": type(error).__name__}))
"""


def made_key():
    return support.made("AK" + "IA", 16), support.made("", 40)


def keys(pair, session=None):
    text = f"{ID} = {pair[0]}\n{KEY} = {pair[1]}\n"
    return text + (f"aws_session_token = {session}\n" if session else "")


class World:
    """A HOME with AWS's files in it, and the accounts behind it."""

    def __init__(self, home, accounts):
        self.home, self.accounts = home, accounts
        self.env, self.profile = {}, None
        self.one, self.two = made_key(), made_key()
        for pair in (self.one, self.two):
            accounts.add_key(*pair)

    def write(self, name, text, mode=0o600):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def config(self, text):
        self.write(".aws/config", text)

    def credentials(self, text):
        self.write(".aws/credentials", text)

    def helper(self, answer):
        return self.write("bin/a helper", f"#!{sys.executable}\nprint({json.dumps(json.dumps(answer))})\n", 0o700)

    def login(self, of, **token):
        name = hashlib.sha1(of.encode()).hexdigest()
        self.write(f".aws/sso/cache/{name}.json", json.dumps(token))

    def environment(self):
        base = {"AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": self.accounts.url, "AWS_EC2_METADATA_DISABLED": "true"}
        return support.clean_env(self.home, **{**base, **self.env})

    def boto3(self):
        done = subprocess.run([sys.executable, "-c", BOTO3, self.profile or ""], env=self.environment(), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True, timeout=120)  # fmt: skip
        found = json.loads(done.stdout)
        return None if found is None or isinstance(found, dict) else tuple(found)

    def keylift(self):
        """(id, token) that signed the question who we are, or None; and the answer."""
        before = len(self.accounts.callers)
        options = {"aws_profile": self.profile} if self.profile else {}
        with VaultTool("aws", self.environment(), **options) as vault:
            answer = vault.check() if vault.opened.ok else vault.opened
        callers = self.accounts.callers[before:]
        return (callers[0] if callers else None), answer


# Each: (what it sets up, the id that both must find; None: neither finds any).
def case_environment(w):
    w.env = {ACCESS: w.one[0], SECRET: w.one[1]}
    w.credentials("[default]\n" + keys(w.two))
    return w.one[0]


def case_environment_with_a_session(w):
    w.accounts.add_key(*w.one, "session/1")
    w.env = {ACCESS: w.one[0], SECRET: w.one[1], "AWS_SESSION_TOKEN": "session/1"}
    return w.one[0]


def case_environment_with_half_a_key(w):
    w.env = {ACCESS: w.one[0]}
    w.credentials("[default]\n" + keys(w.two))


def case_environment_before_a_profile_in_a_variable(w):
    w.env = {ACCESS: w.one[0], SECRET: w.one[1], "AWS_PROFILE": "shop"}
    w.credentials("[shop]\n" + keys(w.two))
    return w.one[0]


def case_a_profile_by_name_before_the_environment(w):
    w.env = {ACCESS: w.one[0], SECRET: w.one[1]}
    w.credentials("[shop]\n" + keys(w.two))
    w.profile = "shop"
    return w.two[0]


def case_credentials_file(w):
    w.credentials("[default]\n" + keys(w.one))
    w.config("[default]\n" + keys(w.two))
    return w.one[0]


def case_config_file(w):
    w.config("[default]\r\n" + keys(w.one, "session/2").replace("\n", "\r\n"))
    w.accounts.add_key(*w.one, "session/2")
    return w.one[0]


def case_quoted_profile_in_the_config_file(w):
    w.config('[profile "my shop"]\n' + keys(w.one) + "s3 =\n  addressing_style = path\n")
    w.profile = "my shop"
    return w.one[0]


def case_old_variable_of_the_profile_goes_first(w):
    w.credentials("[a]\n" + keys(w.one) + "[b]\n" + keys(w.two))
    w.env = {"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}
    return w.two[0]


def case_files_by_variable(w):
    w.env = {"AWS_CONFIG_FILE": str(w.write("c", "[profile x]\nregion = us-east-1\n")),
             "AWS_SHARED_CREDENTIALS_FILE": str(w.write("d", "[x]\n" + keys(w.one))), "AWS_PROFILE": "x"}  # fmt: skip
    return w.one[0]


def case_bare_section_is_no_profile(w):
    w.config("[shop]\n" + keys(w.one))
    w.env = {"AWS_PROFILE": "shop"}


def case_defaults_of_configparser(w):
    w.credentials("[DEFAULT]\n" + keys(w.one) + "[shop]\nregion = x\n")
    w.env = {"AWS_PROFILE": "shop"}
    return w.one[0]


def case_broken_file(w):
    w.config("[default]\nnonsense\n")
    w.credentials("[default]\n" + keys(w.one))


def case_key_twice(w):
    w.credentials("[default]\n" + keys(w.one) + f"{ID} = x\n")


def case_missing_profile(w):
    w.credentials("[default]\n" + keys(w.one))
    w.profile = "gone"


def case_half_a_key(w):
    w.credentials(f"[default]\n{ID} = {w.one[0]}\n")


def case_role_with_a_source_profile(w):
    w.config("[profile role]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = base\nexternal_id = x/1\n")
    w.credentials("[base]\n" + keys(w.one))
    w.env = {"AWS_PROFILE": "role"}
    return derive("role", "arn:aws:iam::1:role/a", w.one[0], "x/1")[0]


def case_chained_roles(w):
    w.config("[profile a]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = c\n"
             "[profile c]\n" + keys(w.one))  # fmt: skip
    w.profile = "a"
    return derive("role", "arn:aws:iam::1:role/a", derive("role", "arn:aws:iam::1:role/b", w.one[0], "")[0], "")[0]


def case_role_of_its_own_keys(w):
    w.config("[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = default\n" + keys(w.one))
    return derive("role", "arn:aws:iam::1:role/a", w.one[0], "")[0]


def case_role_by_the_environment(w):
    w.config("[profile a]\nrole_arn = arn:aws:iam::1:role/a\ncredential_source = Environment\n")
    w.env = {ACCESS: w.one[0], SECRET: w.one[1]}
    w.profile = "a"
    return derive("role", "arn:aws:iam::1:role/a", w.one[0], "")[0]


def case_role_by_the_agent(w):
    w.config("[default]\nrole_arn = arn:aws:iam::1:role/a\ncredential_source = EcsContainer\n")
    w.env = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": w.accounts.url + "/agent",
             "AWS_CONTAINER_AUTHORIZATION_TOKEN": w.accounts.agent_token}  # fmt: skip
    return derive("role", "arn:aws:iam::1:role/a", derive("agent")[0], "")[0]


def case_role_by_the_instance(w):
    w.config("[default]\nrole_arn = arn:aws:iam::1:role/a\ncredential_source = Ec2InstanceMetadata\n")
    w.env = imds(w)
    return derive("role", "arn:aws:iam::1:role/a", derive("imds", "web-role")[0], "")[0]


def case_role_with_a_process_behind(w):
    helper = w.helper({"Version": 1, "AccessKeyId": w.one[0], "SecretAccessKey": w.one[1]})
    w.config(f"[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n[profile b]\ncredential_process = '{helper}'\n")
    return derive("role", "arn:aws:iam::1:role/a", w.one[0], "")[0]


def case_roles_in_a_circle(w):
    w.config("[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = default\n")


def case_role_without_a_source(w):
    w.config("[default]\nrole_arn = arn:aws:iam::1:role/a\n" + keys(w.one))


def case_role_with_two_sources(w):
    w.config("[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\ncredential_source = Environment\n[profile b]\n" + keys(w.one))


def case_role_goes_before_keys_of_its_profile(w):
    w.config("[default]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n" + keys(w.two) + "[profile b]\n" + keys(w.one))
    return derive("role", "arn:aws:iam::1:role/a", w.one[0], "")[0]


def case_web_identity_of_the_environment(w):
    token = w.write("token", w.accounts.web_token)
    w.env = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": "arn:aws:iam::1:role/web"}
    w.credentials("[default]\n" + keys(w.two))
    return derive("web", "arn:aws:iam::1:role/web")[0]


def case_web_identity_of_a_profile(w):
    token = w.write("token", w.accounts.web_token)
    w.config(f"[profile w]\nweb_identity_token_file = {token}\nrole_arn = arn:aws:iam::1:role/w\n")
    w.profile = "w"
    return derive("web", "arn:aws:iam::1:role/w")[0]


def case_web_identity_behind_a_role(w):
    token = w.write("token", w.accounts.web_token)
    w.config("[profile a]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = w\n"
             f"[profile w]\nweb_identity_token_file = {token}\nrole_arn = arn:aws:iam::1:role/w\n")  # fmt: skip
    w.profile = "a"
    return derive("role", "arn:aws:iam::1:role/a", derive("web", "arn:aws:iam::1:role/w")[0], "")[0]


def case_web_identity_without_a_role(w):
    w.env = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(w.write("token", "x"))}
    w.credentials("[default]\n" + keys(w.one))


def case_web_identity_that_is_refused(w):
    w.env = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(w.write("token", support.made("web-", 60))), "AWS_ROLE_ARN": "arn:aws:iam::1:role/web"}


SSO = ("[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev Ops\n"
       "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.invalid/start\n")  # fmt: skip


def case_login_of_a_session(w):
    w.config(SSO)
    w.accounts.sso_token = "sso-access-token"
    w.login("corp", accessToken="sso-access-token", expiresAt=LATER)
    return derive("sso", "123456789012", "Dev Ops")[0]


def case_login_of_the_old_kind(w):
    w.config("[default]\nsso_account_id = 1\nsso_role_name = Dev\nsso_region = eu-west-1\nsso_start_url = https://s.invalid\n")
    w.accounts.sso_token = "sso-access-token"
    w.login("https://s.invalid", accessToken="sso-access-token", expiresAt="2099-01-01T00:00:00UTC")
    return derive("sso", "1", "Dev")[0]


def case_login_that_is_refreshed(w):
    w.config(SSO)
    w.accounts.refresh_token = "sso-refresh-token"
    w.login("corp", accessToken="old", expiresAt=PAST, refreshToken="sso-refresh-token", clientId="c",
            clientSecret="client-secret", registrationExpiresAt=LATER)  # fmt: skip
    return derive("sso", "123456789012", "Dev Ops")[0]


def case_login_that_ran_out(w):
    w.config(SSO)
    w.login("corp", accessToken="old", expiresAt=PAST)


def case_login_that_was_revoked(w):
    w.config(SSO)
    w.login("corp", accessToken="revoked", expiresAt=LATER)


def case_nobody_logged_in(w):
    w.config(SSO)


def case_login_goes_before_keys(w):
    w.config(SSO)
    w.credentials("[default]\n" + keys(w.two))
    w.accounts.sso_token = "sso-access-token"
    w.login("corp", accessToken="sso-access-token", expiresAt=LATER)
    return derive("sso", "123456789012", "Dev Ops")[0]


def case_process(w):
    w.accounts.add_key(*w.one, "session/3")
    helper = w.helper({"Version": 1, "AccessKeyId": w.one[0], "SecretAccessKey": w.one[1], "SessionToken": "session/3",
                       "Expiration": LATER})  # fmt: skip
    w.config(f'[default]\ncredential_process = "{helper}" --flag "two words"\n')
    return w.one[0]


def case_process_goes_after_the_credentials_file(w):
    helper = w.helper({"Version": 1, "AccessKeyId": w.one[0], "SecretAccessKey": w.one[1]})
    w.config(f"[default]\ncredential_process = '{helper}'\n" + keys(w.one))
    w.credentials("[default]\n" + keys(w.two))
    return w.two[0]


def case_process_goes_before_the_config_file(w):
    helper = w.helper({"Version": 1, "AccessKeyId": w.one[0], "SecretAccessKey": w.one[1]})
    w.config(f"[default]\ncredential_process = '{helper}'\n" + keys(w.two))
    return w.one[0]


def case_process_of_another_version(w):
    helper = w.helper({"Version": 2, "AccessKeyId": w.one[0], "SecretAccessKey": w.one[1]})
    w.config(f"[default]\ncredential_process = '{helper}'\n" + keys(w.two))


def case_process_that_fails(w):
    w.config("[default]\ncredential_process = false\n" + keys(w.two))


def case_agent_with_a_token(w):
    w.env = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": w.accounts.url + "/agent",
             "AWS_CONTAINER_AUTHORIZATION_TOKEN": w.accounts.agent_token}  # fmt: skip
    return derive("agent")[0]


def case_agent_with_a_token_file(w):
    w.env = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": w.accounts.url + "/agent",
             "AWS_CONTAINER_AUTHORIZATION_TOKEN": "old",
             "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(w.write("token", w.accounts.agent_token))}  # fmt: skip
    return derive("agent")[0]


def case_agent_that_is_a_stranger(w):
    w.env = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://agent.invalid/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "x"}


def case_agent_goes_before_the_instance(w):
    w.env = {**imds(w), "AWS_CONTAINER_CREDENTIALS_FULL_URI": w.accounts.url + "/agent",
             "AWS_CONTAINER_AUTHORIZATION_TOKEN": w.accounts.agent_token}  # fmt: skip
    return derive("agent")[0]


def imds(w):
    return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": w.accounts.url, "AWS_EC2_METADATA_DISABLED": "false"}


def case_instance(w):
    w.env = imds(w)
    return derive("imds", "web-role")[0]


def case_instance_that_is_disabled(w):
    w.env = {**imds(w), "AWS_EC2_METADATA_DISABLED": "TRUE"}


def case_instance_without_a_role(w):
    w.env = imds(w)
    w.accounts.imds_role = ""


def case_nothing_at_all(w):
    pass


CASES = {name.removeprefix("case_"): made for name, made in list(globals().items()) if name.startswith("case_")}


@pytest.mark.parametrize("name", CASES)
def test_keylift_finds_what_boto3_finds(home, name):
    with Accounts(web_token=support.made("web-", 60), agent_token=support.made("agent-", 60)) as accounts:
        world = World(home, accounts)
        expected = CASES[name](world)
        caller, answer = world.keylift()
        found = world.boto3()
        assert not accounts.problems
    assert (caller and caller[0]) == expected, answer
    assert (found and found[:2]) == caller, answer
    shown = json.dumps([answer.message, answer.lines])
    assert not any(secret in shown for secret in (*accounts.keys.values(), *filter(None, accounts.tokens.values())))
    if expected is None:
        assert answer.message


def test_check_names_the_links_that_were_passed_over(home):
    with Accounts() as accounts:
        world = World(home, accounts)
        world.config("[default]\n" + keys(world.one))
        _, answer = world.keylift()
    lines = [line for line in answer.lines if line.startswith(("credential:", "not used:"))]
    assert lines[0] == "credential: config-file (profile default)"
    assert [line.split(":")[1].strip() for line in lines[1:]] == [
        "environment", "assume-role", "web-identity", "sso", "shared-credentials-file", "login", "credential-process"]  # fmt: skip
