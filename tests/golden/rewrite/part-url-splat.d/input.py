result = [*"a:s3cret@h"]
