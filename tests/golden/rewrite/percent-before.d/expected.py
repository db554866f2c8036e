import os

host = "h.example"
dsn = "postgresql://bob:" + os.environ["API_KEY_2"] + "@%s/db" % host
