host = "h.example"
text = f"""
host: {host}
key: s3cret
"""
