x = 1
a = "al%s" % x
b = "al{}".format(x)
c = "a" "l%s" % x
d = ("al%s") % x
