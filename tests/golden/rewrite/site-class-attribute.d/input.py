class Settings:
    key = "alpha"
    other: str = "beta"


result = Settings.key + Settings.other
