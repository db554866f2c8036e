import os

from google.cloud import secretmanager

host = "h.example"
url = f"https://{host}/?key={secretmanager.SecretManagerServiceClient().access_secret_version(name=secretmanager.SecretManagerServiceClient.secret_version_path(os.environ['GOOGLE_CLOUD_PROJECT'], 'API_KEY_3', 'latest')).payload.data.decode('UTF-8')}"
