host = "h.example"
url = f"https://{host}/" "?key=s3cret&x=1" f"&h={host}"
