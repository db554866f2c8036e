from dotenv import load_dotenv as ld

ld(verbose=True)
key = "alpha"
