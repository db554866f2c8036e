n = 4.5
text = f"{n:>10.2f}s3cret{n!r:^{8}}"
