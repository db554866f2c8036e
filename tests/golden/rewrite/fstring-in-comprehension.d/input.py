urls = [f"{n}/s3cret" for n in range(3)]
