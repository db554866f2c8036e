import os

os.environ["DSN"] = "pg://bob:s3cret@h"
result = os.environ["DSN"]
