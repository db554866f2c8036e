import os

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

result = SecretClient(os.environ["AZURE_KEYVAULT_URL"], DefaultAzureCredential()).get_secret("V_1").value.upper() + "x"
