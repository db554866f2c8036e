dsn = """redis://:secret@h"""
