# -*- coding: latin-1 -*-
name = "Zoë"
key = "älphä"  # ü
after = "é"
