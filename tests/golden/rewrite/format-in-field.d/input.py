d = {"s3cret": 1}
x = "{0[s3cret]}".format(d)
