é = 1
key = "pässwörd ☃"; after = "ü"
