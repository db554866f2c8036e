import os

from dotenv import dotenv_values

settings = {
    **dotenv_values(
        os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env.shared")
    ),
    **dotenv_values(
        os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env.dev")
    ),
    **os.environ,
}
settings = dict(settings)

key = "alpha"
