d = {'s3cret': 1}
url = f"{d['s3cret']}"
