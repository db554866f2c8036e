x = "a\
s3cret"
