try:
    import os
except ImportError:
    os = None

key = os.environ.get("API_KEY")
