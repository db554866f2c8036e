host = "h.example"
url = f"{host}/" + f"{host}/s3cret" + "x"
