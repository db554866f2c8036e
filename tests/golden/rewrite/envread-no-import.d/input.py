key = os.environ.get("API_KEY")
