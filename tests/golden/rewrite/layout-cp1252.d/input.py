# coding: cp1252
name = "€uro"; key = "alpha€"  # €
