dsn = """redis://:s3cret@h"""
