key = "al" "pha"
