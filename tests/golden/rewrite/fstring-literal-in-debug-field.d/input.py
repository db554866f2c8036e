url = f"{str('s3cret')=}"
