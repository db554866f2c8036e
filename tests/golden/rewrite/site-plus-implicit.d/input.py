key = "al" "pha" + "beta"
