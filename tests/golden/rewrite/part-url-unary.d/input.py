result = "redis://:s3cret@h"[-2:]
