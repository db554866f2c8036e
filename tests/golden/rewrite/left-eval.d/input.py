result = eval("'s3cret'.upper()")
