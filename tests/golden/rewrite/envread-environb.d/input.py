import os

key = os.environb.get(b"API_KEY")
other = os.getenvb(b"API_KEY")
