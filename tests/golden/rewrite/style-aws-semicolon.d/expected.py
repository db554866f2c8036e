import sys; import boto3; key = boto3.client("secretsmanager").get_secret_value(SecretId="V_1")["SecretString"]; n = len(key)
