host = "h.example"
url = f"日本{host}/☃s3cret☃"
