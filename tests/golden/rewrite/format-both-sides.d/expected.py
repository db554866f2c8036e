import os

host = "h.example"
dsn = "{}:{api_key_2}@{}".format("bob", host, api_key_2=os.environ["API_KEY_2"])
