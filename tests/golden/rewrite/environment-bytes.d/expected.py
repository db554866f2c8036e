import base64
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

key = base64.b64decode(env_values["V_1"])
