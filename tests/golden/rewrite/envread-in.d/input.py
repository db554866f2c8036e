import os

found = "API_KEY" in os.environ
missing = "API_KEY" not in os.environ
