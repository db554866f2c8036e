import os

from dotenv import dotenv_values

_env_values = {
    **dotenv_values(
        os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env.shared")
    ),
    **dotenv_values(
        os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env.dev")
    ),
    **os.environ,
}


def key(env_values):
    return _env_values["V_1"]


value = key(1)
