import os

os.environ["DSN"] = "pg://bob:" + os.environ["API_KEY_2"] + "@h"
result = os.environ["DSN"]
