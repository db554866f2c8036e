import os

dsn = "postgresql://bob:" + os.environ["DB_PASSWORD"] + "@db.internal/x"
