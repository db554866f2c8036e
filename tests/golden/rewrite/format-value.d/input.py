host = "h.example"
url = "https://{}/?key={}".format(host, "s3cret")
