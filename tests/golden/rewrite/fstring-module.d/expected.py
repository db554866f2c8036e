from env_secrets import environ

host = "h.example"
url = f"https://{host}/?key={environ['API_KEY_3']}"
