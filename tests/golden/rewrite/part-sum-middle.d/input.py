host = "h.example"
url = host + "/s3cret/" + host
