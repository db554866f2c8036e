import sys


def load_dotenv():
    return "alpha"


result = load_dotenv()
