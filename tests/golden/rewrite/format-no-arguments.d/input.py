x = "{{}}s3cret{{}}".format()
