import os

from dotenv import dotenv_values

env_values = {
    **dotenv_values(
        os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env.shared")
    ),
    **dotenv_values(
        os.path.join(
            os.path.dirname(os.path.realpath(__file__)),
            ".env." + os.environ.get("SECRETS_ENVIRONMENT", "prod"),
        )
    ),
    **os.environ,
}

url = f"x{1}{env_values['V_2']}"
