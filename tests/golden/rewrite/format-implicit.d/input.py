host = "h.example"
url = "https://{}/" "?key=s3cret".format(host)
