key = "al\x41\u00e9\n\101\
pha"
