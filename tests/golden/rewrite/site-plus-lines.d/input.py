key = (
    "al"
    + "pha"
    + "-beta"
)
