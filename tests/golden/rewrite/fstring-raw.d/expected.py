import os

host = "h.example"
path = rf"\\{host}\share\{os.environ['API_KEY_3']}"
