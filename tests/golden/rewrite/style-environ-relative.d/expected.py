import os
from . import models
from . import vault_secrets  # noqa: F401

key = os.environ["V_1"]
