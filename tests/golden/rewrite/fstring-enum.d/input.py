from enum import Enum

n = 1


class Keys(Enum):
    API = f"{n}s3cret"


result = Keys.API.value
