host = "h.example"
url = f"{host.replace('h', f'{1}s3cret') if 0 else f'{host}s3cret'}"
