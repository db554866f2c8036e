"""Doc."""

import json
import os
from typing import List

from google.cloud import secretmanager

name = secretmanager.SecretManagerServiceClient().access_secret_version(name=secretmanager.SecretManagerServiceClient.secret_version_path(os.environ["GOOGLE_CLOUD_PROJECT"], "V_1", "latest")).payload.data.decode("UTF-8")
key = secretmanager.SecretManagerServiceClient().access_secret_version(name=secretmanager.SecretManagerServiceClient.secret_version_path(os.environ["GOOGLE_CLOUD_PROJECT"], "V_2", "latest")).payload.data
both: List[str] = [name]
