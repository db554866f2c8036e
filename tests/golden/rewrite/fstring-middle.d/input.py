host = "h.example"
url = f"https://bob:secret@{host}/db"
