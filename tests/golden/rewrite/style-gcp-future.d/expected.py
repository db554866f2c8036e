from __future__ import annotations

import os

from google.cloud import secretmanager

key = secretmanager.SecretManagerServiceClient().access_secret_version(name=secretmanager.SecretManagerServiceClient.secret_version_path(os.environ["GOOGLE_CLOUD_PROJECT"], "V_1", "latest")).payload.data.decode("UTF-8")
