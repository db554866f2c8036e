n = "x"
text = f"{n!r}s3cret{n!s}{n!a}"
