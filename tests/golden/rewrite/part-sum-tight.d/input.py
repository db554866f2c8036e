host = "h.example"
url = "s3cret"+host if host else"s3cret/"+host
