import os

names = sorted(n for n in os.environ if n == "API_KEY")
items = [v for k, v in os.environ.items() if k == "API_KEY"]
