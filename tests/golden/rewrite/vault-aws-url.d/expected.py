import boto3

dsn = "postgresql://bob:" + boto3.client("secretsmanager").get_secret_value(SecretId="API_KEY_1")["SecretString"] + "@db/x"
