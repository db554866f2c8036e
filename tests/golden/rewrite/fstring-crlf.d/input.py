host = "h.example"
url = f"""{host}
key=s3cret
"""
