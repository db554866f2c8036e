import os

x = "a\
" + os.environ["API_KEY_1"]
