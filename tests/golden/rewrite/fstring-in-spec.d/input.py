n = 'x'
url = f"{n:s3cret}" if 0 else 1
