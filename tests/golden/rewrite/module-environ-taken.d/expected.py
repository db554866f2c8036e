from env_secrets import environ as _environ

environ = {}
key = _environ["V_1"]
