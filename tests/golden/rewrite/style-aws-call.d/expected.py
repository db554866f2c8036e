import boto3


def connect(user, password=None):
    return user + password


result = connect("me", password=boto3.client("secretsmanager").get_secret_value(SecretId="V_1")["SecretString"])
