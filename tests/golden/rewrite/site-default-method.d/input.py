class C:
    def f(self, key="alpha"):
        return key


result = C().f()
