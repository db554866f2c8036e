import os

import env_secrets  # noqa: F401

key = os.environ.get("API_KEY")
