"""The programs of the article that the project grew from, in its five ways of reading API_KEY: a script that has the
key in its code is migrated each way and prints the same, and the article's own program, as its text describes it,
prints what keylift stored. Those already read as they should, so a migration of them changes nothing. Its notebook
is in tests/cli/test_notebook.py."""

import textwrap

import pytest

import support
from vaults.support_aws import moto  # noqa: F401
from vaults.support_azure import azure, azure_service  # noqa: F401
from vaults.support_gcp import PROJECT, double, gcp  # noqa: F401
from vaults.support_programs import PLACES, Place, keylift, python

HARD_CODED = 'API_KEY = "{value}"\nprint(API_KEY)\n'

# "Read secrets from a local file": load_dotenv; a dictionary, "more comfortable" for many secrets; several files.
DOTENV = {
    "read_env.py": '''\
        import os

        from dotenv import load_dotenv

        load_dotenv()
        print(os.getenv("API_KEY"))
        ''',
    "read_dictionary.py": '''\
        from dotenv import dotenv_values

        secrets = dotenv_values(".env")
        print(secrets["API_KEY"])
        ''',
    "read_merged.py": '''\
        import os

        from dotenv import dotenv_values

        config = {**dotenv_values(".env.shared"), **dotenv_values(".env"), **os.environ}
        print(config["API_KEY"])
        ''',
}
# "Read secrets from environment variables": .get gives None for what is not set, os.environ[...] an error.
ENVIRON = {
    "read_environment.py": '''\
        import os

        print(os.environ.get("API_KEY"))
        ''',
    "read_or_fail.py": '''\
        import os

        print(os.environ["API_KEY"])
        ''',
}
AWS = {
    "retrieve_secret.py": '''\
        import boto3


        def get_secret(name, region):
            client = boto3.client(service_name="secretsmanager", region_name=region)
            return client.get_secret_value(SecretId=name)["SecretString"]


        print(get_secret("{prefix}API_KEY", "{region}"))
        ''',
}
AZURE = {
    "azure-get-secret.py": '''\
        from azure.identity import DefaultAzureCredential
        from azure.keyvault.secrets import SecretClient

        credential = DefaultAzureCredential()
        client = SecretClient(vault_url="{url}", credential=credential)
        print(client.get_secret("{prefix}API-KEY").value)
        ''',
}
GCP = {
    "read_secret.py": '''\
        from google.cloud import secretmanager

        client = secretmanager.SecretManagerServiceClient()
        name = "projects/{project}/secrets/{prefix}API_KEY/versions/latest"
        response = client.access_secret_version(request={{"name": name}})
        print(response.payload.data.decode("UTF-8"))
        ''',
}


def dotenv_place(request, home):
    return Place(support.clean_env(home), ["--to", "dotenv"], [])


WAYS = {"dotenv": (dotenv_place, DOTENV), "aws": (PLACES["aws"], AWS), "azure": (PLACES["azure"], AZURE),
        "gcp": (PLACES["gcp"], GCP)}  # fmt: skip


def programs(project, place, texts):
    words = dict(zip(place.arguments, place.arguments[1:]))
    fields = {"prefix": words.get("--prefix"), "project": PROJECT, "url": words.get("--endpoint"), "region": words.get("--aws-region")}
    for name, text in texts.items():
        text = textwrap.dedent(text)
        project.write(name, text.format(**fields) if "{prefix}" in text else text)
    return list(texts)


def api_key_goes(place, project, style):
    """A script that prints the key it has, before and after; the key."""
    value = support.made("", 40)
    project.write("hard_coded.py", HARD_CODED.format(value=value))
    assert python(place, project, "hard_coded.py") == value + "\n"
    keylift(place, project, "migrate", *place.arguments, "--style", style, "--yes", "hard_coded.py")
    assert value not in project.read("hard_coded.py")
    assert python(place, project, "hard_coded.py") == value + "\n"
    return value


@pytest.mark.parametrize("way", WAYS)
def test_the_articles_programs_print_what_the_migrated_script_prints(request, project, home, way):
    make, texts = WAYS[way]
    place = make(request, home)
    value = api_key_goes(place, project, "inline")
    if way == "dotenv":
        project.write(".env.shared", "API_KEY=overridden\n")
    for name in programs(project, place, texts):
        before = project.read(name)
        assert python(place, project, name) == value + "\n", name
        keylift(place, project, "migrate", *place.arguments, "--yes", name)
        assert project.read(name) == before, name


def test_the_articles_programs_for_the_environment(project, home):
    """The value is in the environment of the program, and of keylift, which checks that it is the same one."""
    value = support.made("", 40)
    place = Place(support.clean_env(home, API_KEY=value), ["--to", "environ"], [])
    project.write("hard_coded.py", HARD_CODED.format(value=value))
    keylift(place, project, "migrate", *place.arguments, "--yes", "hard_coded.py")
    assert value not in project.read("hard_coded.py") and python(place, project, "hard_coded.py") == value + "\n"
    for name in programs(project, place, ENVIRON):
        assert python(place, project, name) == value + "\n"
    del place.env["API_KEY"]
    assert python(place, project, "read_environment.py") == "None\n"
    done = project.python("read_or_fail.py")
    assert done.returncode == 1 and "KeyError: 'API_KEY'" in done.stderr
