key = (
    "al"  # first
    "pha"
)
