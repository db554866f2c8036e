class R:
    def eval(self, text):
        return text


result = R().eval("s3cret")
