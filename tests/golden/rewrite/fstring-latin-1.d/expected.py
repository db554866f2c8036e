# coding: latin-1

import os

host = "h.example"
url = f"é{host}/{os.environ['API_KEY_4']}"
