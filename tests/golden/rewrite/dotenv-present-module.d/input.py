import dotenv

dotenv.load_dotenv(dotenv.find_dotenv())
key = "alpha"
