import boto3

host = "h.example"
url = "{}:{api_key_2}@{}".format("bob", host, api_key_2=boto3.client("secretsmanager").get_secret_value(SecretId="API_KEY_2")["SecretString"])
