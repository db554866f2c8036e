import os

from google.cloud import secretmanager

dsn = "postgresql://bob:" + secretmanager.SecretManagerServiceClient().access_secret_version(name=secretmanager.SecretManagerServiceClient.secret_version_path(os.environ["GOOGLE_CLOUD_PROJECT"], "API_KEY_1", "latest")).payload.data.decode("UTF-8") + "@db/x"
