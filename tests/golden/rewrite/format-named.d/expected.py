import os

host = "h.example"
dsn = "{user}:{api_key_2}@{host}".format(user="bob", host=host, api_key_2=os.environ["API_KEY_2"])
