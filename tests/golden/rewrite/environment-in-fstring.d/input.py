url = f"x{1}alpha"
