import os

host = "h.example"
url = ("{api_key_2}@" "{}").format(host, api_key_2=os.environ["API_KEY_2"])
