x = 1; import os; key = "alpha"
