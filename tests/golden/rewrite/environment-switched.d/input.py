"""A script."""
import sys

key = "alpha"
