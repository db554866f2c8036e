"""Doc."""

import json
import base64
import os
from typing import List

from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

name = SecretClient(os.environ["AZURE_KEYVAULT_URL"], DefaultAzureCredential()).get_secret("V_1").value
key = base64.b64decode(SecretClient(os.environ["AZURE_KEYVAULT_URL"], DefaultAzureCredential()).get_secret("V_2").value)
both: List[str] = [name]
