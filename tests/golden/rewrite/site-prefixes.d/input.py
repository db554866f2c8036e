a = u"alpha"
b = r"be\ta"
c = R'gamma'
