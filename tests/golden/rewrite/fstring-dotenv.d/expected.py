import os

from dotenv import load_dotenv

load_dotenv(os.path.join(os.path.dirname(os.path.realpath(__file__)), ".env"))

host = "h.example"
url = f"https://{host}/?key={os.environ['API_KEY_3']}"
