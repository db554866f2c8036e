from collections import OrderedDict

from shop.env_secrets import environ

key = environ["V_1"]
