key = "alpha"; import os; sep = os.sep
