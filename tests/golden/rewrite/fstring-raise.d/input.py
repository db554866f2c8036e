host = "h.example"
try:
    raise ValueError(f"{host}/s3cret")
except ValueError as e:
    result = str(e)
