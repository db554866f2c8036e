import os

PASSWORD = os.environ.get("DATABASE_PASSWORD")
