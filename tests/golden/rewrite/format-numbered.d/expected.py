import os

host = "h.example"
dsn = "{1}:{api_key_2}@{0}".format(host, "bob", api_key_2=os.environ["API_KEY_2"])
