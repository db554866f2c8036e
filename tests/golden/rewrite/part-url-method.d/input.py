parts = "mysql://bob:secret@h/x".split("@")
