import os

host = "h.example"
url = ("%s:%s" "@%s") % ("a", os.environ["API_KEY_2"], host)
