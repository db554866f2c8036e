host = "h.example"
url = "https://{h}/?key={k}".format(h=host, k="s3cret")
