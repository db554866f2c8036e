import base64 as b, os

key = b"alpha"
