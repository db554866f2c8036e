import environ

env = environ.Env(API_KEY=(str, "x"))
API_KEY = env("API_KEY")
