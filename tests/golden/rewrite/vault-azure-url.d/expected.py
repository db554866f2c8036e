import os

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

dsn = "postgresql://bob:" + SecretClient(os.environ["AZURE_KEYVAULT_URL"], DefaultAzureCredential()).get_secret("API_KEY_1").value + "@db/x"
