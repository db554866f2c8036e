import os
from dataclasses import dataclass


@dataclass
class Settings:
    key: str = os.environ["V_1"]


result = Settings().key
