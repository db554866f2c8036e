result = "redis://:secret@h"[-2:]
