"""Literals under names that say nothing, and what they are used as."""
import requests
from cryptography.fernet import Fernet

as_keyword = "«password 1»"
as_value = "«password 2»"
as_item = "«password 3»"
as_argument = "«password 4»"
as_pair = "«password 5»"
as_header = "«password 6»"
as_sum = "«password 7»"
as_attribute = "«password 8»"
again = "«password 9»"
key = "«password 14»"
only_shown = "«password 10»"
for_a_dictionary = "«password 11»"

connect("db", password=as_keyword)
settings = {"api_key": as_value, "colour": only_shown}
settings["client_secret"] = as_item
box = Fernet(as_argument)
requests.get("https://example.invalid", auth=("me", as_pair))
requests.get("https://example.invalid", auth=("me", key))
headers = {"Authorization": f"Bearer {as_header}"}
other = "Bearer " + as_sum
print(only_shown, sorted([], key=for_a_dictionary))


class Client:
    def __init__(self):
        self.token = as_attribute

    def inside(self):
        local = "«password 12»"

        def deeper():
            return connect(password=local)

        elsewhere = "«password 13»"
        return deeper, elsewhere

    def beside(self, elsewhere):
        db_password = (
            again  # the same
        )
        return connect(password=elsewhere), db_password
