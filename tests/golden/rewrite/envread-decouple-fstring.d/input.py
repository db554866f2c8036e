from decouple import config

key = f"{config('API_KEY', 'x')}"
