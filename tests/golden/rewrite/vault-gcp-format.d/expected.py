import os

from google.cloud import secretmanager

host = "h.example"
url = "{}:{api_key_2}@{}".format("bob", host, api_key_2=secretmanager.SecretManagerServiceClient().access_secret_version(name=secretmanager.SecretManagerServiceClient.secret_version_path(os.environ["GOOGLE_CLOUD_PROJECT"], "API_KEY_2", "latest")).payload.data.decode("UTF-8"))
