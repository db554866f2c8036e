import os

key = f"{1:{os.environ.get('WIDTH_TOKEN', 3)}}"
