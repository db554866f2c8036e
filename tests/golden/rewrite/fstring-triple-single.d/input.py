host = "h.example"
text = f'''{host}
s3cret "quoted" it's'''
