x = "redis://:s3cret@h"
result = x in ("redis://:s3cret@h", "b")
