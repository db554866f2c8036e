host = "h.example"
url = f"s3cret@{host}"
