d = {"default": {"URL": "redis://:secret@h:1/0"}}
