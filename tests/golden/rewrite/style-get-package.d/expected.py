from collections import OrderedDict

from shop.vault_secrets import get_secret

key = get_secret("V_1")
