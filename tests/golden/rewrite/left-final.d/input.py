from typing import Final

KEY: Final = "alpha"
OTHER: "Final[str]" = "x"
THIRD: Final[str] = "beta"
