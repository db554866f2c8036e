import os


class Client:
    host = "h"
    url = f"{host}/{os.environ['API_KEY_2']}"


result = Client.url
