host = "h.example"
if (url := f"{host}/s3cret"):
    result = url
