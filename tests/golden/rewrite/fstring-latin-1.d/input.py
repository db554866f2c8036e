# coding: latin-1
host = "h.example"
url = f"é{host}/s3cret"
