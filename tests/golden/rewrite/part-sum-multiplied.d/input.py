host = "h.example"
url = host + "s3cret/" * 2
