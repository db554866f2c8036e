host = "h.example"
url = f"{host}\ds3cret"
