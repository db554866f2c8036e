key = (
    "al"
    "pha"
    "-beta"
)
