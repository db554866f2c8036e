import os

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient


def connect(user, password=None):
    return user + password


result = connect("me", password=SecretClient(os.environ["AZURE_KEYVAULT_URL"], DefaultAzureCredential()).get_secret("V_1").value)
