host = "h.example"
url = f"{host}\x2f\u00e9\n\ts3cret\n"
