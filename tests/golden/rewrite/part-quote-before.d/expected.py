import os

x = '"' + os.environ["API_KEY_1"] + '"'
y = """a"s3cret"""
