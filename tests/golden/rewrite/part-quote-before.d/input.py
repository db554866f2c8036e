x = '"s3cret"'
y = """a"s3cret"""
