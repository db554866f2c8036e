import boto3

result = boto3.client("secretsmanager").get_secret_value(SecretId="V_1")["SecretString"].upper() + "x"
