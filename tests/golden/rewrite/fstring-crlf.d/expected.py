import os

host = "h.example"
url = f"""{host}
key={os.environ["API_KEY_2"]}
"""
