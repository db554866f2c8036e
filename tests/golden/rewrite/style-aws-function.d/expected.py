import boto3


def read():
    token = boto3.client("secretsmanager").get_secret_value(SecretId="V_1")["SecretString"]
    return token


result = read()
