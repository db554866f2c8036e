import os

from azure.identity import DefaultAzureCredential

key = "alpha"
