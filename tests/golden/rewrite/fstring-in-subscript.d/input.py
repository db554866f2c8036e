d = {"a/s3cret": 1}
n = "a"
result = d[f"{n}/s3cret"]
