import os

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

host = "h.example"
url = f"""{host}
{SecretClient(os.environ["AZURE_KEYVAULT_URL"], DefaultAzureCredential()).get_secret("API_KEY_2").value}
"""
