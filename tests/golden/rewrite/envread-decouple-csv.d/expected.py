from decouple import Csv, config
from vault_secrets import get_secret

list_ = config("LIST_TOKEN", default=get_secret("LIST_TOKEN", "a,b"), cast=Csv())
