host = "h.example"
url = f"{f'{host}/s3cret'}/x"
