"""Doc."""

import json
from typing import List

import boto3

name = boto3.client("secretsmanager").get_secret_value(SecretId="V_1")["SecretString"]
key = boto3.client("secretsmanager").get_secret_value(SecretId="V_2")["SecretBinary"]
both: List[str] = [name]
