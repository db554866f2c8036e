import os
import sys; from azure.identity import DefaultAzureCredential; from azure.keyvault.secrets import SecretClient; key = SecretClient(os.environ["AZURE_KEYVAULT_URL"], DefaultAzureCredential()).get_secret("V_1").value; n = len(key)
