import os

key = os.environ.get("API_KEY", "").strip().upper()
part = os.environ.get("API_KEY", "none")[0]
