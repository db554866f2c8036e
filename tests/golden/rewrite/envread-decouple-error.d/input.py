from decouple import UndefinedValueError, config

try:
    key = config("API_KEY")
except UndefinedValueError:
    key = "none"
