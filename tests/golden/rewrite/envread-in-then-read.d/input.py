import os

key = os.environ["API_KEY"] if "API_KEY" in os.environ else "none"
