import os

key = os.getenv(key="API_KEY", default="x")
