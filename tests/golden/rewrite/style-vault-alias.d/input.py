import hvac as h

key = "alpha"
