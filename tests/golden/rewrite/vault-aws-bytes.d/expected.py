import boto3

dsn = b"redis://:" + boto3.client("secretsmanager").get_secret_value(SecretId="API_KEY_1")["SecretBinary"] + b"@db"
