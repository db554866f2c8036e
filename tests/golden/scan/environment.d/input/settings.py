import os
from os import environ as env, getenv

DEBUG = env.get("DEBUG", "0")
DATABASE_PASSWORD = os.environ["DATABASE_PASSWORD"]
REGION = getenv("REGION", default_region())
if "SENTRY_DSN" in os.environ:
    os.environ["SENTRY_ON"] = "1"
