import boto3

host = "h.example"
url = f"https://{host}/?key={boto3.client('secretsmanager').get_secret_value(SecretId='API_KEY_3')['SecretString']}"
