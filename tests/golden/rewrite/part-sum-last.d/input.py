host = "h.example"
url = "https://" + host + "/?key=s3cret"
