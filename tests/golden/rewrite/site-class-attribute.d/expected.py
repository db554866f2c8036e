import os


class Settings:
    key = os.environ["V_1"]
    other: str = os.environ["V_2"]


result = Settings.key + Settings.other
