import os

dsn = "postgresql://bob:" + os.environ["API_KEY_1"] + "@db.internal/x"
