import os

host = "h.example"
body = '{{"key": "{api_key_2}", "host": "{}"}}'.format(host, api_key_2=os.environ["API_KEY_2"])
