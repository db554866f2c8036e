key = "\N{SNOWMAN}alpha"
