import os

key: "str | None" = os.environ.get("API_KEY")
