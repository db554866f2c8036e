import boto3

key = boto3.client("secretsmanager").get_secret_value(SecretId="API_KEY")["SecretString"]
