from dataclasses import dataclass


@dataclass
class Settings:
    key: str = "alpha"


result = Settings().key
