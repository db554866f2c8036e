from dotenv import load_dotenv

key = "alpha"
load_dotenv()
