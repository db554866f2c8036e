import boto3 as _boto3

boto3 = 1
key = _boto3.client("secretsmanager").get_secret_value(SecretId="V_1")["SecretString"]
