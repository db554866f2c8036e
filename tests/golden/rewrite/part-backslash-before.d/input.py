x = "a\ds3cret"
