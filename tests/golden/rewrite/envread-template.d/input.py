import os

key = "%s alpha" % os.environ.get("API_KEY")
