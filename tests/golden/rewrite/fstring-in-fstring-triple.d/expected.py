import os

host = "h.example"
url = f"""{f'{host}/{os.environ["API_KEY_2"]}'}/x"""
