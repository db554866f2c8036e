import os


class R:
    def eval(self, text):
        return text


result = R().eval(os.environ["API_KEY_1"])
