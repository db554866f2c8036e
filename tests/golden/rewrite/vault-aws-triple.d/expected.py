import boto3

host = "h.example"
url = f"""{host}
{boto3.client("secretsmanager").get_secret_value(SecretId="API_KEY_2")["SecretString"]}
"""
