host = "h.example"
url = "s3cret" f"@{host}"
