import os

key = f"<{os.environ['API_KEY']}>"
other = f"<{os.environ.get('API_KEY')!r:>12}>"
