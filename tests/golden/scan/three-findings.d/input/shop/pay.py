"""Payments."""

import os

import requests

STRIPE_KEY = "«stripe-key 1»"


class Client:
    def __init__(self, user, password="«password 2»"):
        self.user, self.password = user, password


def charge(amount):
    return requests.post("https://pay.example/charge", auth=("shop", os.environ["PAY_PASSWORD"]))
