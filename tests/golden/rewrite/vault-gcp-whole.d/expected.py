import os

from google.cloud import secretmanager

key = secretmanager.SecretManagerServiceClient().access_secret_version(name=secretmanager.SecretManagerServiceClient.secret_version_path(os.environ["GOOGLE_CLOUD_PROJECT"], "API_KEY", "latest")).payload.data.decode("UTF-8")
