n = "x"
text = f"{n=}s3cret"
