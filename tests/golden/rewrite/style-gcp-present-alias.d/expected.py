import os
from google.cloud import secretmanager as sm

key = sm.SecretManagerServiceClient().access_secret_version(name=sm.SecretManagerServiceClient.secret_version_path(os.environ["GOOGLE_CLOUD_PROJECT"], "V_1", "latest")).payload.data.decode("UTF-8")
