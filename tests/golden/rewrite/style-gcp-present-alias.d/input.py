from google.cloud import secretmanager as sm

key = "alpha"
