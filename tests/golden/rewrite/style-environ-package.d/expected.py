import os
from collections import OrderedDict

from shop import vault_secrets  # noqa: F401

key = os.environ["V_1"]
