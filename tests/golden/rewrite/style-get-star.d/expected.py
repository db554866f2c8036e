from os.path import *

from vault_secrets import get_secret

key = get_secret("V_1")
