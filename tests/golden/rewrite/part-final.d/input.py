from typing import Final

DSN: Final = "pg://bob:s3cret@h"
