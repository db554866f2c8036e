import os

from google.cloud import secretmanager


def connect(user, password=None):
    return user + password


result = connect("me", password=secretmanager.SecretManagerServiceClient().access_secret_version(name=secretmanager.SecretManagerServiceClient.secret_version_path(os.environ["GOOGLE_CLOUD_PROJECT"], "V_1", "latest")).payload.data.decode("UTF-8"))
