key = f"s3cret"
same = f"s3cret".upper()
