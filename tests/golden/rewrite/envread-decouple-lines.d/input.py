from decouple import config

key = config(
    "API_KEY",  # the key
    cast=str,  # text
)
