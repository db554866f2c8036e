host = "h.example"
url = f"{host}/s3cret/{{}}".format(host)
