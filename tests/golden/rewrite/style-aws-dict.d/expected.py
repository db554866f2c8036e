import boto3

result = {
    "user": "me",
    "password": boto3.client("secretsmanager").get_secret_value(SecretId="V_1")["SecretString"],
}
