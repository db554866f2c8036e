import base64
import os

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

dsn = b"redis://:" + base64.b64decode(SecretClient(os.environ["AZURE_KEYVAULT_URL"], DefaultAzureCredential()).get_secret("API_KEY_1").value) + b"@db"
