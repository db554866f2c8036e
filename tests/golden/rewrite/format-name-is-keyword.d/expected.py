import os

x = "{}{secret_pass}{}".format(1, 2, secret_pass=os.environ["PASS"])
