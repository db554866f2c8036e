host = "h.example"
path = rf"\\{host}\share\s3cret"
