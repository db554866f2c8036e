import boto3

given = "alpha"
result = given == boto3.client("secretsmanager").get_secret_value(SecretId="V_1")["SecretString"]
