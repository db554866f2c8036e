import os

from env_secrets import environ

key = os.environ.get("API_KEY")
other = environ["V_1"]
