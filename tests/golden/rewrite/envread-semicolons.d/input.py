import os; key = os.environ.get("API_KEY"); other = os.getenv("API_KEY")
