import os

urls = [f"{n}/{os.environ['API_KEY_1']}" for n in range(3)]
