import sys, os, json

key = "alpha"
