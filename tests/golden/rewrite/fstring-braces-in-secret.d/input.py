host = "h.example"
url = f"{host}/s3{{cr}}et/x"
