host = "h.example"
result = 1
assert result, f"{host}/s3cret"
