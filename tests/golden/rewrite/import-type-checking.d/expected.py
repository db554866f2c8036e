import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os

key = os.environ["V_1"]
