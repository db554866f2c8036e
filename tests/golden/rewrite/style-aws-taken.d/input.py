boto3 = 1
key = "alpha"
