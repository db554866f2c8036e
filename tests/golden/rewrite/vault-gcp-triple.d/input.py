host = "h.example"
url = f"""{host}
s3cret
"""
