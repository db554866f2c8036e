class Client:
    host = "h"
    url = f"{host}/s3cret"


result = Client.url
