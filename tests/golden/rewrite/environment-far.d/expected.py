import os

from dotenv import dotenv_values

env_values = {
    **dotenv_values(
        os.path.join(
            os.path.dirname(os.path.realpath(__file__)),
            "..",
            "..",
            ".env.shared",
        )
    ),
    **dotenv_values(
        os.path.join(
            os.path.dirname(os.path.realpath(__file__)),
            "..",
            "..",
            ".env.dev",
        )
    ),
    **os.environ,
}

key = env_values["V_1"]
