import os

host = "h.example"
text = f"""
host: {host}
key: {os.environ["API_KEY_3"]}
"""
