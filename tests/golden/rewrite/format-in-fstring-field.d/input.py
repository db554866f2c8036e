n = 1
x = f"{'{}s3cret'.format(n)}"
