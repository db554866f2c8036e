given = "alpha"
result = given == "alpha"
