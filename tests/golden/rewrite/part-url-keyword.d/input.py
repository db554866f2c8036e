d = dict(url="mysql://bob:secret@h/x")
