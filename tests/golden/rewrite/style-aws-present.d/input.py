import boto3

key = "alpha"
