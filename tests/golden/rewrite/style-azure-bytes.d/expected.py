import base64
import os
import sys

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

key = base64.b64decode(SecretClient(os.environ["AZURE_KEYVAULT_URL"], DefaultAzureCredential()).get_secret("V_1").value)
