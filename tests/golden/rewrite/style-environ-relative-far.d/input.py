from . import models

key = "alpha"
