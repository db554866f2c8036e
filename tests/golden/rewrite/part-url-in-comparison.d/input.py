x = "redis://:secret@h"
result = x in ("redis://:secret@h", "b")
