import os as system
from dotenv import dotenv_values

env_values = {
    **dotenv_values(
        system.path.join(
            system.path.dirname(system.path.realpath(__file__)),
            ".env.shared",
        )
    ),
    **dotenv_values(
        system.path.join(
            system.path.dirname(system.path.realpath(__file__)),
            ".env." + system.environ.get("SECRETS_ENVIRONMENT", "prod"),
        )
    ),
    **system.environ,
}

key = env_values["V_1"]
