import os

key = f"{os.environ.get('API_KEY')=}"
