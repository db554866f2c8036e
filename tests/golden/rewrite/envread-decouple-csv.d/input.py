from decouple import Csv, config

list_ = config("LIST_TOKEN", default="a,b", cast=Csv())
