import os

key = f"alpha {os.environ.get('API_KEY')}"
