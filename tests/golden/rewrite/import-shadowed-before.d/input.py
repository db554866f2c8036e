os = "linux"
import os
key = "alpha"
