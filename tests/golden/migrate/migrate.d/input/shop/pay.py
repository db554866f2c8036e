"""Payments."""

from typing import Final

STRIPE_KEY = "«stripe-key 1»"
OTHER_KEY: Final = "«stripe-key 2»"


def charge(token=STRIPE_KEY):
    return token
