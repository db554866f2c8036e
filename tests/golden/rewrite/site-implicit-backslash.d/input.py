key = "al" \
    "pha"
