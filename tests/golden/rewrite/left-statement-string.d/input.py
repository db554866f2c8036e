x = 1
"loose"
("loose")
"a" + "b"
