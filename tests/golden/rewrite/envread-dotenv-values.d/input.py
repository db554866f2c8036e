from dotenv import dotenv_values

config = dotenv_values(".env")
key = config.get("API_KEY")
