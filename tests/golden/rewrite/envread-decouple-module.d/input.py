import decouple

key = decouple.config("API_KEY", default="x")
