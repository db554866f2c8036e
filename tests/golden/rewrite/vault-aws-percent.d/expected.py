import boto3

host = "h.example"
url = "https://%s/?key=" % host + boto3.client("secretsmanager").get_secret_value(SecretId="API_KEY_2")["SecretString"]
