import environ

env = environ.Env()
environ.Env.read_env(".env")
API_KEY = env("API_KEY")
OTHER = env.str("OTHER_TOKEN", default="x")
DATABASE = env.db("DATABASE_TOKEN")
