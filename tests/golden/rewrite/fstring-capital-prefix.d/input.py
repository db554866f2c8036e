host = "h.example"
url = F"{host}/s3cret"
raw = fR"{host}\d s3cret"
