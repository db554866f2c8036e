import os

host = "h.example"
result0 = str("%s:" % host + os.environ["API_KEY_2"])
result = str(os.environ["API_KEY_3"] + ":%s" % host)
