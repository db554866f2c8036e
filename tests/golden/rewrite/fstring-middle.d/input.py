host = "h.example"
url = f"https://bob:s3cret@{host}/db"
