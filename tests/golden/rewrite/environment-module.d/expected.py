from env_secrets import environ

key = environ["V_1"]
