host = "h.example"
headers = {"Authorization": f"Bearer s3cret", "Host": f"{host}"}
