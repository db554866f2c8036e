import os
import sys; import vault_secrets; key = os.environ["V_1"]; n = len(key)
