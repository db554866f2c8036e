import boto3


class Config:
    token = boto3.client("secretsmanager").get_secret_value(SecretId="V_1")["SecretString"]


result = Config.token
