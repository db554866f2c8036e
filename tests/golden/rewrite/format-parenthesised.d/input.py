host = "h.example"
url = (
    "https://{}/"
    "?key=s3cret&h={}"
).format(host, host)
