import os

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

host = "h.example"
url = "{}:{api_key_2}@{}".format("bob", host, api_key_2=SecretClient(os.environ["AZURE_KEYVAULT_URL"], DefaultAzureCredential()).get_secret("API_KEY_2").value)
