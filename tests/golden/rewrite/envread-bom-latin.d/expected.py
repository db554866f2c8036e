# -*- coding: latin-1 -*-
import os

from vault_secrets import get_secret

name = 'café'; key = get_secret('API_KEY', None)
