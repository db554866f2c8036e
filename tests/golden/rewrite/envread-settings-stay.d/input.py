import os

region = os.environ.get("SHOP_REGION")
key = os.environ.get("API_KEY")
