import os

host = "h.example"
same = f"{host}/{os.environ['API_KEY_2']}" == "h.example/" + os.environ["API_KEY_3"]
