import os

key = os.environ[  # needed
    "API_KEY"  # by all
]
