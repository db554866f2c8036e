host = "h.example"
url = f"{host.replace('h', f'{host}s3cret')}"
free = f"{"a"}"
